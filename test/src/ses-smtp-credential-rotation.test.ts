import { App, Aws, CfnParameter, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { configOf, defineRotation, onlyResource, textOf } from './define-rotation';
import {
  CredentialDocument, CredentialFormat, MailServerFleet, MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps, SmtpEndpoint,
} from '../../src';

const POLICY = 'AWS::IAM::Policy';
const SCHEDULE = 'AWS::SecretsManager::RotationSchedule';
const ACCOUNT = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] };
const INVOKE_ITSELF = {
  Sid: 'InvokeItself', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: expect.stringMatching(/^<NewsletterFunction[0-9A-F]{8}.Arn>$/) as string,
};
const COMPLETE_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail/smtp-AbCdEf';

const taggedFleet: MailServerFleet = {
  targets: MailServerTargets.tag('EmailServers', 'True'),
  document: CredentialDocument.existing('Apply', { secretArnParameter: 'Secret', versionIdParameter: 'Version' }),
};

function domain(stack: Stack, id = 'Domain'): ses.IEmailIdentity {
  return ses.EmailIdentity.fromEmailIdentityName(stack, id, 'example.com');
}

/** The statements of a policy, with readable ARNs. */
function statementsOf(stack: Stack, logicalIdStart: string) {
  const statements: { Resource: unknown }[] = onlyResource(stack, POLICY, logicalIdStart).PolicyDocument.Statement;
  return statements.map(({ Resource, ...others }) => ({ ...others, Resource: Array.isArray(Resource) ? Resource.map(textOf) : textOf(Resource) }));
}

/** The logical ids of what a resource waits for without referring to it. */
function dependenciesOf(stack: Stack, logicalIdStart: string): string[] {
  const [, { DependsOn = [] }] = Object.entries(Template.fromStack(stack).toJSON().Resources as { [id: string]: { DependsOn?: string[] } })
    .find(([id]) => id.startsWith(logicalIdStart))!;
  return DependsOn;
}

/** Fails as said, and before any resource was defined. */
function expectRefusal(props: (stack: Stack) => Partial<SesSmtpCredentialRotationProps>, message: string): void {
  const stack = new Stack(new App(), 'Stack');
  const allProps = { identities: [domain(stack)], ...props(stack) };
  expect(() => new SesSmtpCredentialRotation(stack, 'Newsletter', allProps)).toThrow(message);
  expect(stack.node.findChild('Newsletter').node.children).toEqual([]);
}

/** How large the environment of a function is said to be that is too large. */
function sizeOf(props: Parameters<typeof defineRotation>[0]): number {
  try {
    defineRotation(props);
  } catch (error) {
    return Number(/got at least (\d+) bytes/.exec((error as Error).message)?.[1]);
  }
  return expect.unreachable();
}

describe('the user', () => {
  it('is a new one that belongs to the rotation', () => {
    const { stack, rotation } = defineRotation();
    expect(Object.keys(onlyResource(stack, 'AWS::IAM::User'))).toEqual(['Groups']);
    expect(configOf(stack).user).toEqual({ name: textOf(stack.resolve(rotation.user.userName)), owned: true });
  });

  it('may have a name', () => {
    expect(onlyResource(defineRotation(() => ({ userName: 'newsletter' })).stack, 'AWS::IAM::User')).toMatchObject({ UserName: 'newsletter' });
  });

  it('may be one that somebody else owns', () => {
    const { stack, rotation } = defineRotation(scope => ({ user: iam.User.fromUserName(scope, 'Existing', 'mailer') }));
    Template.fromStack(stack).resourceCountIs('AWS::IAM::User', 0);
    expect(rotation.user.userName).toBe('mailer');
    expect(configOf(stack).user).toEqual({ name: 'mailer', owned: false });
    expect(onlyResource(stack, 'AWS::IAM::UserToGroupAddition')).toMatchObject({ Users: ['mailer'] });
  });

  it('may be one of another stack', () => {
    const users = new Stack(new App(), 'Users');
    const stack = new Stack(users.node.root as App, 'Stack');
    const user = new iam.User(users, 'User');
    new SesSmtpCredentialRotation(stack, 'Newsletter', { identities: [domain(stack)], user });
    expect(configOf(stack).user.owned).toBe(false);
    expect(stack.dependencies).toEqual([users]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  it('sends by the policy of a group, and has none itself', () => {
    const { stack } = defineRotation();
    const template = Template.fromStack(stack);
    const [group] = Object.keys(template.findResources('AWS::IAM::Group'));
    template.hasResourceProperties('AWS::IAM::User', { Groups: [{ Ref: group }] });
    expect(onlyResource(stack, POLICY, 'NewsletterGroup')).toMatchObject({ Groups: [{ Ref: group }] });
    for (const { Properties } of Object.values(template.findResources(POLICY))) expect(Properties).not.toHaveProperty('Users');
  });
});

describe('the sending policy', () => {
  it('allows to send as the identities and nothing else', () => {
    expect(statementsOf(defineRotation().stack, 'NewsletterGroup')).toEqual([{
      Sid: 'SendAsIdentities',
      Effect: 'Allow',
      Action: 'ses:SendRawEmail',
      Resource: 'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/example.com',
    }]);
  });

  it('allows identities and configuration sets when both are named', () => {
    const { stack } = defineRotation(scope => ({
      identities: [domain(scope, 'First'), ses.EmailIdentity.fromEmailIdentityName(scope, 'Second', 'news@example.org')],
      configurationSets: [ses.ConfigurationSet.fromConfigurationSetName(scope, 'Set', 'newsletter')],
    }));
    expect(statementsOf(stack, 'NewsletterGroup')).toEqual([{
      Sid: 'SendAsIdentities',
      Effect: 'Allow',
      Action: 'ses:SendRawEmail',
      Resource: [
        'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/example.com',
        'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/news@example.org',
        'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:configuration-set/newsletter',
      ],
    }]);
  });

  it('allows some senders only when they are named', () => {
    const { stack } = defineRotation(() => ({ fromAddresses: ['news@example.com', '*@news.example.com'] }));
    expect(statementsOf(stack, 'NewsletterGroup'))
      .toMatchObject([{ Condition: { StringLike: { 'ses:FromAddress': ['news@example.com', '*@news.example.com'] } } }]);
  });

  it("follows the endpoint to another region than the stack's", () => {
    const { stack } = defineRotation(scope => ({
      configurationSets: [ses.ConfigurationSet.fromConfigurationSetName(scope, 'Set', 'newsletter')],
      endpoint: SmtpEndpoint.regional({ region: 'us-east-2' }),
    }), { env: { account: '123456789012', region: 'eu-west-1' } });
    expect(statementsOf(stack, 'NewsletterGroup')).toMatchObject([{
      Resource: [
        'arn:<AWS::Partition>:ses:us-east-2:123456789012:identity/example.com',
        'arn:<AWS::Partition>:ses:us-east-2:123456789012:configuration-set/newsletter',
      ],
    }]);
    expect(configOf(stack).endpoint).toMatchObject({ host: 'email-smtp.us-east-2.<AWS::URLSuffix>', region: 'us-east-2' });
  });

  it('is for new identities and configuration sets as well', () => {
    const { stack } = defineRotation(scope => ({
      identities: [new ses.EmailIdentity(scope, 'New', { identity: ses.Identity.domain('example.org') })],
      configurationSets: [new ses.ConfigurationSet(scope, 'Set')],
    }));
    expect(statementsOf(stack, 'NewsletterGroup')).toMatchObject([{
      Resource: [
        expect.stringMatching(/^arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity\/<New[0-9A-F]{8}>$/),
        expect.stringMatching(/^arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:configuration-set\/<Set[0-9A-F]{8}>$/),
      ],
    }]);
  });
});

describe('the secret', () => {
  it('is a new one without a fixed name, born without a credential and deleted with the stack', () => {
    const { stack } = defineRotation();
    const template = Template.fromStack(stack);
    template.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    const { SecretString, ...properties } = onlyResource(stack, 'AWS::SecretsManager::Secret');
    expect(properties).toEqual({ Description: 'Amazon SES SMTP credential, rotated automatically' });
    expect(JSON.parse(SecretString)).toEqual({ username: '', password: '', host: '', port: 0, region: '' });
  });

  it('is born with the same value whatever the properties are, because a changed one would overwrite the credential', () => {
    const { stack } = defineRotation(() => ({
      credentialFormat: CredentialFormat.usernameColonPassword(), endpoint: SmtpEndpoint.custom({ host: 'relay', port: 1025 }),
    }));
    expect(onlyResource(stack, 'AWS::SecretsManager::Secret').SecretString)
      .toBe(onlyResource(defineRotation().stack, 'AWS::SecretsManager::Secret').SecretString);
  });

  it('may have a name, a key and a removal policy', () => {
    const { stack } = defineRotation(scope => ({
      secretName: 'mail/smtp', encryptionKey: new kms.Key(scope, 'Key'), removalPolicy: RemovalPolicy.RETAIN,
    }));
    Template.fromStack(stack).hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Properties: { Name: 'mail/smtp', KmsKeyId: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } },
    });
  });

  it('may be an existing one, imported by its complete ARN', () => {
    const { stack } = defineRotation(scope => ({ secret: Secret.fromSecretCompleteArn(scope, 'Existing', COMPLETE_ARN) }));
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(configOf(stack).secretArn).toBe(COMPLETE_ARN);
    expect(onlyResource(stack, SCHEDULE)).toMatchObject({ SecretId: COMPLETE_ARN });
    expect(onlyResource(stack, 'AWS::Lambda::Permission', 'NewsletterInvoke')).toMatchObject({ SourceArn: COMPLETE_ARN });
    expect(statementsOf(stack, 'NewsletterPolicy')).toContainEqual(expect.objectContaining({ Sid: 'RotateSecret', Resource: COMPLETE_ARN }));
  });

  it('may be an existing one, imported by its name', () => {
    const { stack } = defineRotation(scope => ({ secret: Secret.fromSecretNameV2(scope, 'Existing', 'mail/smtp') }));
    const arn = 'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:mail/smtp';
    expect(configOf(stack).secretArn).toBe(arn);
    expect(textOf(onlyResource(stack, SCHEDULE).SecretId)).toBe(arn);
    expect(textOf(onlyResource(stack, 'AWS::Lambda::Permission', 'NewsletterInvoke').SourceArn)).toBe(`${arn}-??????`);
    expect(statementsOf(stack, 'NewsletterPolicy')).toContainEqual(expect.objectContaining({ Sid: 'RotateSecret', Resource: `${arn}-??????` }));
  });

  it('may be an existing one with a key, which the function may use', () => {
    const { stack } = defineRotation(scope => ({ secret: new Secret(scope, 'Existing', { encryptionKey: new kms.Key(scope, 'Key') }) }));
    expect(statementsOf(stack, 'NewsletterPolicy').at(-1)).toMatchObject({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '<Key961B73FD.Arn>' });
  });
});

describe('the function', () => {
  it('may do what a rotation without mail servers needs, and nothing else', () => {
    const { stack } = defineRotation();
    Template.fromStack(stack).resourcePropertiesCountIs(POLICY, { Roles: Match.anyValue() }, 1);
    expect(onlyResource(stack, 'AWS::IAM::Role')).not.toHaveProperty('ManagedPolicyArns');
    expect(statementsOf(stack, 'NewsletterPolicy')).toEqual([
      {
        Sid: 'WriteLog',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: expect.stringMatching(/^<NewsletterLogGroup[0-9A-F]{8}.Arn>$/),
      },
      {
        Sid: 'RotateSecret',
        Effect: 'Allow',
        Action: [
          'secretsmanager:CancelRotateSecret', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue',
          'secretsmanager:RotateSecret', 'secretsmanager:UpdateSecretVersionStage',
        ],
        Resource: expect.stringMatching(/^<NewsletterSecret[0-9A-F]{8}>$/),
      },
      {
        Sid: 'RotateAccessKeys',
        Effect: 'Allow',
        Action: ['iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:ListAccessKeys', 'iam:UpdateAccessKey'],
        Resource: expect.stringMatching(/^<NewsletterUser[0-9A-F]{8}.Arn>$/),
      },
      INVOKE_ITSELF,
    ]);
  });

  it('may also send its document to tagged mail servers and read its commands, and nothing else', () => {
    const secretOnly = statementsOf(defineRotation().stack, 'NewsletterPolicy').slice(0, -1);
    const { stack } = defineRotation(() => ({ mailServers: [taggedFleet] }));
    Template.fromStack(stack).resourcePropertiesCountIs(POLICY, { Roles: Match.anyValue() }, 1);
    expect(statementsOf(stack, 'NewsletterPolicy')).toEqual([
      ...secretOnly,
      {
        Sid: 'SendDocument0',
        Effect: 'Allow',
        Action: 'ssm:SendCommand',
        Resource: 'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:document/Apply',
      },
      {
        Sid: 'SendToMailServers0',
        Effect: 'Allow',
        Action: 'ssm:SendCommand',
        Resource: [
          'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:instance/*',
          'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:managed-instance/*',
        ],
        Condition: { StringEquals: { 'ssm:resourceTag/EmailServers': ['True'] } },
      },
      { Sid: 'FollowCommands', Effect: 'Allow', Action: ['ssm:ListCommandInvocations', 'ssm:ListCommands'], Resource: '*' },
      INVOKE_ITSELF,
    ]);
  });

  it('may use the key of the secret through Secrets Manager, and the key allows it', () => {
    const { stack } = defineRotation(scope => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    expect(statementsOf(stack, 'NewsletterPolicy').at(-1)).toEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '<Key961B73FD.Arn>',
      Condition: {
        StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] } },
        StringLike: { 'kms:EncryptionContext:SecretARN': { Ref: expect.stringMatching(/^NewsletterSecret/) } },
      },
    });
    const statements: { Principal: unknown }[] = onlyResource(stack, 'AWS::KMS::Key').KeyPolicy.Statement;
    expect(statements).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Principal: { AWS: ACCOUNT },
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] } } },
    });
  });

  it('is the one that the library ships', () => {
    const { stack, rotation } = defineRotation();
    expect(onlyResource(stack, 'AWS::Lambda::Function')).toMatchObject({ Handler: 'index.handler', Runtime: 'nodejs24.x', Timeout: 900, MemorySize: 256 });
    const [logicalId] = Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
    expect(stack.resolve(rotation.rotationFunction.functionArn)).toEqual({ 'Fn::GetAtt': [logicalId, 'Arn'] });
  });

  it('writes to a log group that keeps its events for a year', () => {
    const template = Template.fromStack(defineRotation().stack);
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete', Properties: { RetentionInDays: 365 } });
    const [logicalId] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: logicalId } } });
  });

  it('may write to a log group of your own', () => {
    const { stack } = defineRotation(scope => ({ logGroup: logs.LogGroup.fromLogGroupName(scope, 'Logs', 'mail') }));
    Template.fromStack(stack).resourceCountIs('AWS::Logs::LogGroup', 0);
    expect(onlyResource(stack, 'AWS::Lambda::Function')).toMatchObject({ LoggingConfig: { LogGroup: 'mail' } });
    expect(statementsOf(stack, 'NewsletterPolicy'))
      .toContainEqual(expect.objectContaining({ Sid: 'WriteLog', Resource: 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:mail:*' }));
  });

  it('may be called by Secrets Manager for this secret of this account, by its own rule, and by nobody else', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [[secret], [rotationFunction], [rule]] = ['AWS::SecretsManager::Secret', 'AWS::Lambda::Function', 'AWS::Events::Rule']
      .map(type => Object.keys(template.findResources(type)));
    const permission = { Action: 'lambda:InvokeFunction', FunctionName: { 'Fn::GetAtt': [rotationFunction, 'Arn'] } };
    expect(Object.values(template.findResources('AWS::Lambda::Permission')).map(({ Properties }): unknown => Properties)).toEqual([
      { ...permission, Principal: 'secretsmanager.amazonaws.com', SourceAccount: { Ref: 'AWS::AccountId' }, SourceArn: { Ref: secret } },
      { ...permission, Principal: 'events.amazonaws.com', SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] } },
    ]);
  });

  it('has a permissions boundary, and so have every role and the user, when one is given', () => {
    const { stack } = defineRotation(scope => ({
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(scope, 'Boundary', 'mail-boundary'),
      encryptionKey: new kms.Key(scope, 'Key'),
      mailServers: [taggedFleet],
    }));
    const resources: Record<string, { Type: string; Properties?: { PermissionsBoundary?: unknown } }> = Template.fromStack(stack).toJSON().Resources;
    const bounded = Object.values(resources).filter(({ Type }) => ['AWS::IAM::Role', 'AWS::IAM::User'].includes(Type));
    expect(bounded.map(({ Type }) => Type)).toEqual(expect.arrayContaining(['AWS::IAM::Role', 'AWS::IAM::User']));
    for (const { Properties } of bounded) {
      expect(textOf(Properties?.PermissionsBoundary)).toBe('arn:<AWS::Partition>:iam::<AWS::AccountId>:policy/mail-boundary');
    }
  });

  it('calls the FIPS endpoints of AWS when the SMTP endpoint is one', () => {
    const variables = (endpoint?: SmtpEndpoint) => onlyResource(defineRotation(() => ({ endpoint })).stack, 'AWS::Lambda::Function').Environment.Variables;
    expect(variables(SmtpEndpoint.regional({ fips: true }))).toEqual({ ROTATION_CONFIG: expect.anything(), AWS_USE_FIPS_ENDPOINT: 'true' });
    for (const endpoint of [undefined, SmtpEndpoint.regional({ fips: false }), SmtpEndpoint.custom({ host: 'relay' })]) {
      expect(Object.keys(variables(endpoint))).toEqual(['ROTATION_CONFIG']);
    }
  });
});

describe('the schedule', () => {
  it('rotates every 30 days and at once', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [secret] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
    const [rotationFunction] = Object.keys(template.findResources('AWS::Lambda::Function'));
    template.hasResourceProperties(SCHEDULE, {
      SecretId: { Ref: secret },
      RotationLambdaARN: { 'Fn::GetAtt': [rotationFunction, 'Arn'] },
      RotationRules: { ScheduleExpression: 'rate(30 days)', Duration: Match.absent() },
      RotateImmediatelyOnUpdate: true,
    });
  });

  it('may be another one, with a window, and wait for its time', () => {
    const { stack } = defineRotation(() => ({
      schedule: events.Schedule.cron({ minute: '0', hour: '3' }), rotationWindow: Duration.hours(2), rotateImmediatelyOnUpdate: false,
    }));
    expect(onlyResource(stack, SCHEDULE))
      .toMatchObject({ RotationRules: { ScheduleExpression: 'cron(0 3 * * ? *)', Duration: '2h' }, RotateImmediatelyOnUpdate: false });
  });

  it('depends on all that the first rotation needs: permission, policies and group membership', () => {
    const { stack } = defineRotation(scope => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    expect(dependenciesOf(stack, 'NewsletterSchedule').map(id => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'NewsletterGroupDefaultPolicy', 'NewsletterGroup', 'NewsletterInvokePermission', 'NewsletterPolicy', 'NewsletterRole',
    ]);
    const imported = defineRotation(scope => ({ user: iam.User.fromUserName(scope, 'Existing', 'mailer') }));
    expect(dependenciesOf(imported.stack, 'NewsletterSchedule')).toContainEqual(expect.stringContaining('GroupMembership'));
  });
});

describe('the watchdog', () => {
  it('is the function itself, called once an hour with an event that says so', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [rotationFunction] = Object.keys(template.findResources('AWS::Lambda::Function'));
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 hour)',
      Targets: [{ Arn: { 'Fn::GetAtt': [rotationFunction, 'Arn'] }, Input: '{"action":"watch"}' }],
    });
  });

  it('is not called again for what it has found wrong already', () => {
    Template.fromStack(defineRotation().stack).hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  });

  it('begins when the credential is there', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [credential] = Object.keys(template.findResources('Custom::SesSmtpCredential'));
    template.hasResource('AWS::Events::Rule', { DependsOn: [credential] });
  });

  it('is told the age at which a key has missed its rotation, if the schedule is a rate', () => {
    const config = (schedule: events.Schedule) => configOf(defineRotation(() => ({ schedule })).stack);
    expect(config(events.Schedule.rate(Duration.days(30))).maxAgeSeconds).toBe(31 * 86_400);
    expect(config(events.Schedule.rate(Duration.hours(4))).maxAgeSeconds).toBe(28 * 3_600);
    expect(config(events.Schedule.cron({ minute: '0', hour: '3' }))).not.toHaveProperty('maxAgeSeconds');
  });

  it('is told whether the first rotation comes with the deployment', () => {
    expect(configOf(defineRotation().stack).rotatesAtOnce).toBe(true);
    expect(configOf(defineRotation(() => ({ rotateImmediatelyOnUpdate: false })).stack).rotatesAtOnce).toBe(false);
  });
});

describe('the grace period', () => {
  const secondsWith = (props: Partial<SesSmtpCredentialRotationProps>) => configOf(defineRotation(() => props).stack).gracePeriodSeconds;

  it.each([
    [Duration.days(30), 86_400],
    [Duration.days(2), 86_400],
    [Duration.days(1), 43_200],
    [Duration.hours(4), 7_200],
  ])('is a day, or half of the interval if that is shorter: with %s it is %i seconds', (interval, seconds) => {
    expect(secondsWith({ schedule: events.Schedule.rate(interval) })).toBe(seconds);
  });

  it('is a day with a cron expression', () => {
    expect(secondsWith({ schedule: events.Schedule.cron({ minute: '0', hour: '0/6' }) })).toBe(86_400);
  });

  it('may be another one, and none', () => {
    expect(secondsWith({ gracePeriod: Duration.days(7) })).toBe(7 * 86_400);
    expect(secondsWith({ gracePeriod: Duration.seconds(0) })).toBe(0);
    expect(secondsWith({ gracePeriod: Duration.days(7), schedule: events.Schedule.cron({ minute: '0', hour: '3' }) })).toBe(7 * 86_400);
  });

  it('fails when it is not shorter than the interval', () => {
    const schedule = events.Schedule.rate(Duration.days(30));
    for (const days of [30, 40]) {
      expectRefusal(() => ({ schedule, gracePeriod: Duration.days(days) }),
        `gracePeriod must be shorter than the rotation interval, because a user has two access keys, got ${days} days and 30 days`);
    }
    expect(secondsWith({ schedule, gracePeriod: Duration.seconds(30 * 86_400 - 1) })).toBe(30 * 86_400 - 1);
    expectRefusal(() => ({ schedule: events.Schedule.rate(Duration.hours(4)), gracePeriod: Duration.days(1) }), 'got 1 day and 4 hours');
  });

  it('may be seconds, and may belong to a rate, that only the deployment knows', () => {
    const { stack } = defineRotation(scope => ({ gracePeriod: Duration.seconds(new CfnParameter(scope, 'Grace', { type: 'Number' }).valueAsNumber) }));
    expect(textOf(onlyResource(stack, 'AWS::Lambda::Function').Environment.Variables.ROTATION_CONFIG)).toContain('"gracePeriodSeconds":<Grace>,');
    const rate = defineRotation(scope => ({
      gracePeriod: Duration.days(2),
      schedule: events.Schedule.rate(Duration.days(new CfnParameter(scope, 'Days', { type: 'Number' }).valueAsNumber)),
    }));
    expect(configOf(rate.stack)).toMatchObject({ gracePeriodSeconds: 172_800 });
  });
});

describe('the alarm', () => {
  it('goes off at one error in the time of two runs of the watchdog, and when nothing runs', () => {
    const { stack, rotation } = defineRotation();
    const [rotationFunction] = Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
    expect(onlyResource(stack, 'AWS::CloudWatch::Alarm')).toEqual({
      AlarmDescription: 'SES SMTP credential Stack/Newsletter: a rotation failed, the credential in use does not work, or the function does not run. What to do: '
        + 'https://github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation/blob/main/docs/operations.md#first-look',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: rotationFunction } }],
      Statistic: 'Sum',
      Period: 7200,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
    });
    const [alarm] = Object.keys(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    expect(stack.resolve(rotation.alarm.alarmName)).toEqual({ Ref: alarm });
  });
});

describe('the saved query', () => {
  it('tells the story of the rotations in the log group, and of the watchdog what is worth telling', () => {
    const { stack } = defineRotation();
    const [logGroup] = Object.keys(Template.fromStack(stack).findResources('AWS::Logs::LogGroup'));
    expect(onlyResource(stack, 'AWS::Logs::QueryDefinition')).toEqual({
      Name: 'Stack/Newsletter/Rotations',
      LogGroupNames: [{ Ref: logGroup }],
      QueryString: [
        'fields @timestamp, step, level, message, accessKeyId, endpoint, commandId, confirmed, targets, seconds, error, versionId',
        '| filter ispresent(step)',
        '| filter step != "watchdog" or message not in ["step started", "age of the current access key", "login accepted", "step finished"]',
        '| sort @timestamp asc',
        '| limit 1000',
      ].join('\n'),
    });
  });
});

describe('onCredentialRotated', () => {
  it('is told by Secrets Manager when AWSCURRENT has moved', () => {
    const { stack, rotation } = defineRotation();
    const topic = new sns.Topic(stack, 'Topic');
    rotation.onCredentialRotated('Rotated', { target: new SnsTopic(topic), description: 'redeploys' });
    expect(onlyResource(stack, 'AWS::Events::Rule', 'NewsletterRotated')).toMatchObject({
      Description: 'redeploys',
      EventPattern: {
        'source': ['aws.secretsmanager'],
        'detail-type': ['Secret Label Updated'],
        'resources': [{ Ref: expect.stringMatching(/^NewsletterSecret/) }],
        'detail': { labelUpdated: ['AWSCURRENT'] },
      },
      Targets: [{ Arn: { Ref: expect.stringMatching(/^Topic/) } }],
    });
  });

  it('knows a secret by its name if it was imported so, and needs no target', () => {
    const { stack, rotation } = defineRotation(scope => ({ secret: Secret.fromSecretNameV2(scope, 'Existing', 'mail/smtp') }));
    rotation.onCredentialRotated('Rotated').addTarget(new SnsTopic(new sns.Topic(stack, 'Topic')));
    expect(onlyResource(stack, 'AWS::Events::Rule', 'NewsletterRotated').EventPattern).toEqual({
      'source': ['aws.secretsmanager'],
      'detail-type': ['Secret Label Updated'],
      'detail': { labelUpdated: ['AWSCURRENT'], name: ['mail/smtp'] },
    });
  });
});

describe('onRotationFailed', () => {
  const patternOf = (stack: Stack) => onlyResource(stack, 'AWS::Events::Rule', 'NewsletterFailed').EventPattern;

  it('is told by the alarm, and by CloudTrail where there is a trail', () => {
    const { stack, rotation } = defineRotation();
    rotation.onRotationFailed('Failed', { target: new SnsTopic(new sns.Topic(stack, 'Topic')) });
    expect(patternOf(stack)).toEqual({
      'source': ['aws.cloudwatch', 'aws.secretsmanager'],
      'detail-type': ['CloudWatch Alarm State Change', 'AWS Service Event via CloudTrail'],
      'detail': {
        $or: [
          { alarmName: [{ Ref: expect.stringMatching(/^NewsletterAlarm/) }], state: { value: ['ALARM'] } },
          {
            eventSource: ['secretsmanager.amazonaws.com'],
            eventName: ['RotationFailed'],
            additionalEventData: { SecretId: [{ Ref: expect.stringMatching(/^NewsletterSecret/) }] },
          },
        ],
      },
    });
  });

  it('knows a secret that was imported by its name by the beginning of its ARN', () => {
    const { stack, rotation } = defineRotation(scope => ({ secret: Secret.fromSecretNameV2(scope, 'Existing', 'mail/smtp') }));
    rotation.onRotationFailed('Failed');
    const [, { additionalEventData: { SecretId: [{ prefix }] } }] = patternOf(stack).detail.$or;
    expect(textOf(prefix)).toBe('arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:mail/smtp-');
  });
});

describe('grantRead', () => {
  function reader(scope: Stack): iam.Role {
    return new iam.Role(scope, 'Reader', { assumedBy: new iam.ServicePrincipal('ec2') });
  }

  it('grants to read the secret', () => {
    const { stack, rotation } = defineRotation();
    expect(rotation.grantRead(reader(stack)).success).toBe(true);
    expect(statementsOf(stack, 'Reader')).toEqual([{
      Effect: 'Allow',
      Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      Resource: expect.stringMatching(/^<NewsletterSecret[0-9A-F]{8}>$/),
    }]);
  });

  it('grants to decrypt with the key of the secret through Secrets Manager', () => {
    const { stack, rotation } = defineRotation(scope => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    rotation.grantRead(reader(stack));
    expect(statementsOf(stack, 'Reader')).toMatchObject([{}, { Action: 'kms:Decrypt', Resource: '<Key961B73FD.Arn>' }]);
    expect(onlyResource(stack, 'AWS::KMS::Key').KeyPolicy.Statement)
      .toContainEqual(expect.objectContaining({ Action: 'kms:Decrypt', Principal: { AWS: ACCOUNT } }));
  });

  it('grants a principal of another account in the policy of the secret', () => {
    const { stack, rotation } = defineRotation(scope => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    rotation.grantRead(new iam.ArnPrincipal('arn:aws:iam::222222222222:role/mail'));
    expect(onlyResource(stack, 'AWS::SecretsManager::ResourcePolicy').ResourcePolicy.Statement).toEqual([{
      Effect: 'Allow',
      Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      Principal: { AWS: 'arn:aws:iam::222222222222:role/mail' },
      Resource: '*',
    }]);
  });

  it('grants a role in a stack of another account, which does not know the suffix of the ARN', () => {
    const app = new App();
    const owner = new Stack(app, 'Owner', { env: { account: '111111111111', region: 'eu-west-1' } });
    const consumer = new Stack(app, 'Consumer', { env: { account: '222222222222', region: 'eu-west-1' } });
    const encryptionKey = kms.Key.fromKeyArn(owner, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/0d8fbb8f-1d8e-4bd5-a4bb-5e3d7aee2f6e');
    const rotation = new SesSmtpCredentialRotation(owner, 'Newsletter', { identities: [domain(owner)], secretName: 'mail/smtp', encryptionKey });
    rotation.grantRead(new iam.Role(consumer, 'Reader', { assumedBy: new iam.ServicePrincipal('ec2'), roleName: 'reader' }));
    const arn = 'arn:<AWS::Partition>:secretsmanager:eu-west-1:111111111111:secret:mail/smtp-??????';
    expect(statementsOf(consumer, 'Reader')).toMatchObject([{ Resource: arn }, { Action: 'kms:Decrypt' }]);
    expect(textOf(onlyResource(owner, 'AWS::SecretsManager::ResourcePolicy').ResourcePolicy.Statement[0].Principal.AWS))
      .toBe('arn:<AWS::Partition>:iam::222222222222:role/reader');
  });

  it('works across stacks: the key in one, the rotation in another, the reader in a third', () => {
    const app = new App();
    const [keys, mail, readers] = ['Keys', 'Mail', 'Readers'].map(id => new Stack(app, id));
    const rotation = new SesSmtpCredentialRotation(mail, 'Newsletter', { identities: [domain(mail)], encryptionKey: new kms.Key(keys, 'Key') });
    rotation.grantRead(reader(readers));
    app.synth();
    expect(keys.dependencies).toEqual([]);
    expect(mail.dependencies).toEqual([keys]);
    expect(new Set(readers.dependencies)).toEqual(new Set([keys, mail]));
    expect(statementsOf(readers, 'Reader')).toHaveLength(2);
  });

  it('is in force before the first rotation starts', () => {
    const { stack, rotation } = defineRotation();
    rotation.grantRead(reader(stack));
    expect(dependenciesOf(stack, 'NewsletterSchedule')).toContainEqual(expect.stringMatching(/^ReaderDefaultPolicy/));
  });

  it('makes no circle with a reader that looks at the alarm', () => {
    const { stack, rotation } = defineRotation();
    const role = reader(stack);
    rotation.grantRead(role);
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: [rotation.alarm.alarmArn] }));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it.each([
    ['it', (_stack: Stack, rotation: SesSmtpCredentialRotation) => rotation],
    ['the scope around it', (stack: Stack) => stack.node.findChild('Mail')],
    ['what waits for it', (stack: Stack, rotation: SesSmtpCredentialRotation) => {
      const migration = new Construct(stack, 'Migration');
      const user = new iam.User(migration, 'User');
      user.node.addDependency(rotation);
      migration.node.addDependency(user);
      return migration;
    }],
  ])('makes no circle with a reader that is to be deployed after %s', (_what, dependency) => {
    const stack = new Stack(new App());
    const rotation = new SesSmtpCredentialRotation(new Construct(stack, 'Mail'), 'Newsletter', { identities: [domain(stack)] });
    const application = new Construct(stack, 'Application');
    rotation.grantRead(new iam.Role(application, 'Reader', { assumedBy: new iam.ServicePrincipal('ec2') }));
    application.node.addDependency(dependency(stack, rotation));
    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(dependenciesOf(stack, 'MailNewsletterSchedule')).not.toContainEqual(expect.stringMatching(/^ApplicationReader/));
    expect(dependenciesOf(stack, 'ApplicationReaderDefaultPolicy')).toContainEqual(expect.stringMatching(/^(MailNewsletterSchedule|MigrationUser)/));
  });

  it.each<[string, (rotation: SesSmtpCredentialRotation, reader: lambda.Function) => void]>([
    ['waits for the rotation', (rotation, application) => application.node.addDependency(rotation)],
    ['waits for the secret', (rotation, application) => application.node.addDependency(rotation.secret)],
    ['names the secret in its role', ({ secret }, { role }) => {
      (role!.node.defaultChild as iam.CfnRole).addPropertyOverride('Description', secret.secretArn);
    }],
  ])('makes no circle by a new key in the same stack with a function that %s', (_what, tie) => {
    const { stack, rotation } = defineRotation(scope => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    const application = new lambda.Function(stack, 'Application', {
      code: lambda.Code.fromInline('x'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_LATEST,
    });
    rotation.grantRead(application);
    tie(rotation, application);
    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(statementsOf(stack, 'ApplicationServiceRoleDefaultPolicy')).toMatchObject([{}, { Action: 'kms:Decrypt', Resource: '<Key961B73FD.Arn>' }]);
  });

  it('makes no circle by a new key that the rotation waits for', () => {
    const { stack, rotation } = defineRotation(scope => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    rotation.node.addDependency(stack.node.findChild('Key'));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('the construct', () => {
  it('tells host and port of the endpoint', () => {
    const { stack, rotation } = defineRotation(() => ({ endpoint: SmtpEndpoint.regional({ fips: true, port: 2465 }) }));
    expect(textOf(stack.resolve(rotation.smtpHost))).toBe('email-smtp-fips.<AWS::Region>.<AWS::URLSuffix>');
    expect(rotation.smtpPort).toBe(2465);
    expect(configOf(stack).endpoint).toEqual({
      host: 'email-smtp-fips.<AWS::Region>.<AWS::URLSuffix>', port: 2465, region: '<AWS::Region>', implicitTls: true,
    });
  });

  it('can be defined many times in one stack', () => {
    const { stack } = defineRotation(() => ({ mailServers: [taggedFleet] }));
    for (const id of ['Alerts', 'Invoices']) {
      new SesSmtpCredentialRotation(stack, id, { identities: [domain(stack, `${id}Domain`)], mailServers: [taggedFleet] });
    }
    const template = Template.fromStack(stack);
    template.resourceCountIs(SCHEDULE, 3);
    template.resourceCountIs('AWS::Lambda::Function', 3);
    const roles = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => textOf(Properties.Role));
    expect(new Set(roles).size).toBe(3);
  });

  it('names neither resources nor a partition nor a region nor a DNS suffix', () => {
    const { stack } = defineRotation(scope => ({
      configurationSets: [ses.ConfigurationSet.fromConfigurationSetName(scope, 'Set', 'newsletter')],
      mailServers: [
        { targets: MailServerTargets.resourceGroup('mail'), document: CredentialDocument.postfix() },
        { targets: MailServerTargets.managedNodes('i-12345678'), document: CredentialDocument.shellScript('true') },
        { targets: MailServerTargets.tag('Role', 'mail'), document: CredentialDocument.powerShellScript('$true') },
        { targets: MailServerTargets.tag('Role', 'mail'), document: CredentialDocument.existing('AWS-Mail', { secretArnParameter: 'S', versionIdParameter: 'V' }) },
      ],
    }));
    const resources: Record<string, { Properties?: object }> = Template.fromStack(stack).toJSON().Resources;
    const names = Object.values(resources).flatMap(({ Properties = {} }) => Object.keys(Properties).filter(key => /^(\w*Name|Name)$/.test(key)));
    // `Name` is the saved query's, which need not be unique, and `UserName` the custom resource's, a reference.
    expect(new Set(names)).toEqual(new Set(['UserName', 'PolicyName', 'FunctionName', 'MetricName', 'Name']));
    const text = JSON.stringify(resources);
    expect(text).not.toContain('arn:aws');
    expect(text).not.toMatch(/\b(us|eu|ap|ca|sa|me|af|il|mx|cn)-[a-z]+-\d\b/);
    expect(text.match(/[\w.-]*amazonaws\.[\w.]+/g)).toEqual(['lambda.amazonaws.com', 'secretsmanager.amazonaws.com', 'events.amazonaws.com']);
  });

  it('takes values that only the deployment knows wherever it checks values', () => {
    const { stack } = defineRotation(scope => {
      const text = (id: string) => new CfnParameter(scope, id).valueAsString;
      const number = (id: string) => new CfnParameter(scope, id, { type: 'Number' }).valueAsNumber;
      return {
        identities: [ses.EmailIdentity.fromEmailIdentityName(scope, 'Unknown', text('Identity'))],
        fromAddresses: new CfnParameter(scope, 'Addresses', { type: 'CommaDelimitedList' }).valueAsList,
        userName: text('UserName'),
        secretName: text('SecretName'),
        schedule: events.Schedule.rate(Duration.days(number('Days'))),
        rotationWindow: Duration.hours(number('Window')),
        endpoint: SmtpEndpoint.custom({ host: text('Host'), port: number('Port'), region: Aws.REGION }),
        credentialFormat: CredentialFormat.json({ fields: { username: text('UsernameField'), password: text('PasswordField') } }),
        mailServers: [
          {
            targets: MailServerTargets.tag('Role', text('Role')),
            document: CredentialDocument.existing(text('Document'), { secretArnParameter: text('Parameter'), versionIdParameter: 'Version' }),
            maxConcurrency: text('Concurrency'),
            maxErrors: text('Errors'),
            timeout: Duration.seconds(number('Timeout')),
            minimumTargets: number('Minimum'),
          },
          { targets: MailServerTargets.resourceGroup(text('Group')), document: CredentialDocument.postfix({ passwordMap: text('Map'), relayHost: text('Relay') }) },
          { targets: MailServerTargets.managedNodes(text('Node')), document: CredentialDocument.shellScript(text('Script')) },
        ],
      };
    });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('warns', () => {
  function expectWarning(stack: Stack, message: string): void {
    Annotations.fromStack(stack).hasWarning('/Stack/Newsletter', message);
  }

  it('of nothing by default', () => {
    Annotations.fromStack(defineRotation().stack).hasNoWarning('*', Match.anyValue());
  });

  it('that Lambda restricts port 25', () => {
    expectWarning(defineRotation(() => ({ endpoint: SmtpEndpoint.regional({ port: 25 }) })).stack,
      'AWS Lambda and EC2 restrict port 25, so that the rotation cannot log in: use port 587, 465, 2587 or 2465 '
      + '[ack: cdk-ses-smtp-credential-rotation:port25]');
  });

  it('that the policies of an imported user cannot be changed', () => {
    expectWarning(defineRotation(scope => ({ user: iam.User.fromUserName(scope, 'Existing', 'mailer') })).stack,
      'the policies of an imported user cannot be changed here: it may go on to do what they allow, on top of sending as the identities '
      + '[ack: cdk-ses-smtp-credential-rotation:importedUser]');
  });

  it('that the policy of an imported key cannot be changed', () => {
    const { stack } = defineRotation(scope => ({
      encryptionKey: kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/0d8fbb8f-1d8e-4bd5-a4bb-5e3d7aee2f6e'),
    }));
    Annotations.fromStack(stack).hasWarning('/Stack/Newsletter', Match.stringLikeRegexp('\\[ack: cdk-ses-smtp-credential-rotation:importedKey\\]$'));
  });

  it.each(['cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1'])('that there is no SES in the partition of %s', region => {
    expectWarning(defineRotation(() => ({}), { env: { region } }).stack,
      `no SES is known in the partition of region ${region}: choose another region with SmtpEndpoint.regional({ region }) `
      + '[ack: cdk-ses-smtp-credential-rotation:partitionWithoutSes]');
  });

  it.each(['eu-west-1', 'us-gov-west-1', 'eusc-de-east-1', 'xx-new-1'])('of nothing in %s', region => {
    Annotations.fromStack(defineRotation(() => ({}), { env: { region } }).stack).hasNoWarning('*', Match.anyValue());
  });
});

describe('fails', () => {
  it('without identities', () => {
    expectRefusal(() => ({ identities: [] }), 'identities must name at least one SES identity, got none');
  });

  it('when fromAddresses is empty', () => {
    expectRefusal(() => ({ fromAddresses: [] }), 'fromAddresses must name at least one address or be left out, got none');
  });

  it.each(['newsletter', ''])("when both user and userName '%s' are given", userName => {
    expectRefusal(stack => ({ user: iam.User.fromUserName(stack, 'Existing', 'mailer'), userName }),
      `userName is for a new user, got '${userName}' together with user; leave one of them out`);
  });

  it.each([
    ['secretName', () => ({ secretName: 'mail/smtp' })],
    ['encryptionKey', (stack: Stack) => ({ encryptionKey: new kms.Key(stack, 'Key') })],
    ['removalPolicy', () => ({ removalPolicy: RemovalPolicy.RETAIN })],
  ] as const)('when both secret and %s are given', (prop, props) => {
    expectRefusal(stack => ({ secret: Secret.fromSecretCompleteArn(stack, 'Existing', COMPLETE_ARN), ...props(stack) }),
      `${prop} is for a new secret, got it together with secret; leave one of them out`);
  });

  it('on a schedule and a window that Secrets Manager refuses', () => {
    expectRefusal(() => ({ schedule: events.Schedule.rate(Duration.hours(3)) }),
      'schedule must be a rate of whole hours or days from 4 hours to 1000 days, got rate(3 hours)');
    expectRefusal(() => ({ schedule: events.Schedule.rate(Duration.days(1001)) }),
      'schedule must be a rate of whole hours or days from 4 hours to 1000 days, got rate(1001 days)');
    expectRefusal(() => ({ rotationWindow: Duration.hours(25) }), 'rotationWindow must be whole hours from 1 to 24 with this schedule');
  });

  it('on a fleet with options that Run Command refuses, which it names', () => {
    expectRefusal(() => ({ mailServers: [taggedFleet, { ...taggedFleet, maxErrors: 'few' }] }),
      "mailServers[1].maxErrors must be a number from '0' or a percentage from '0%' to '100%', got 'few'");
  });

  it("when the configuration is larger than Lambda's environment", () => {
    const nodes = Array.from({ length: 50 }, (_, index) => `mi-${String(index).padStart(17, '0')}`);
    const fleets = ['First', 'Second', 'Third', 'Fourth'].map(name => ({
      targets: MailServerTargets.managedNodes(...nodes),
      document: CredentialDocument.existing(name, { secretArnParameter: 'Secret', versionIdParameter: 'Version' }),
    }));
    expect(() => defineRotation(() => ({ mailServers: fleets.slice(0, 2) }))).not.toThrow();
    expect(() => defineRotation(() => ({ mailServers: fleets }))).toThrow(
      /^mailServers must fit into the 4096 bytes of Lambda's environment with all other props, got at least \d+ bytes; use tags instead of node ids, or several SesSmtpCredentialRotations$/,
    );
  });

  it('when the configuration is too large only with the variable for FIPS endpoints', () => {
    const props = (value: string, fips: boolean) => () => ({
      endpoint: SmtpEndpoint.regional({ fips }), mailServers: [{ ...taggedFleet, targets: MailServerTargets.tag('Role', value) }],
    });
    const rest = sizeOf(props('x'.repeat(4096), false)) - 4096;
    expect(() => defineRotation(props('x'.repeat(4096 - rest), false))).not.toThrow();
    expect(sizeOf(props('x'.repeat(4096 - rest), true))).toBe(4096 + '-fips'.length + 'AWS_USE_FIPS_ENDPOINTtrue'.length);
  });

  it('when the configuration is too large without any value that only the deployment knows', () => {
    const value = 'x'.repeat(4096);
    expect(() => defineRotation(scope => ({
      user: iam.User.fromUserName(scope, 'Existing', 'mailer'),
      secret: Secret.fromSecretCompleteArn(scope, 'Imported', COMPLETE_ARN),
      endpoint: SmtpEndpoint.custom({ host: 'relay', region: 'eu-west-1' }),
      mailServers: [{ ...taggedFleet, targets: MailServerTargets.tag('Role', Lazy.string({ produce: () => value })) }],
    }))).toThrow("mailServers must fit into the 4096 bytes of Lambda's environment");
  });
});

describe('what is in another region or account', () => {
  const env = { region: 'eu-west-1', account: '111122223333' };

  it('fails when it is the secret', () => {
    expect(() => defineRotation(stack => ({
      secret: Secret.fromSecretCompleteArn(stack, 'Imported', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:relay-AbCdEf'),
    }), { env })).toThrow("secret's region must be the stack's, eu-west-1, got us-east-1; define the rotation in a stack there");
  });

  it('fails when it is the encryption key', () => {
    expect(() => defineRotation(stack => ({
      encryptionKey: kms.Key.fromKeyArn(stack, 'Imported', 'arn:aws:kms:us-east-1:111122223333:key/0d8fbb8f-1d8e-4bd5-a4bb-5e3d7aee2f6e'),
    }), { env })).toThrow("encryptionKey's region must be the stack's, eu-west-1, got us-east-1; define the rotation in a stack there");
  });

  it('fails when it is the user', () => {
    expect(() => defineRotation(stack => ({ user: iam.User.fromUserArn(stack, 'Imported', 'arn:aws:iam::444455556666:user/relay') }), { env }))
      .toThrow("user's account must be the stack's, 111122223333, got 444455556666; define the rotation in a stack there");
  });

  it('passes while the stack does not know where it will be', () => {
    expect(() => defineRotation(stack => ({
      secret: Secret.fromSecretCompleteArn(stack, 'Imported', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:relay-AbCdEf'),
    }))).not.toThrow();
  });
});
