import { App, Aws, CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { configOf, defineRotation, dependenciesOf, expectRefusal, onlyResource, statementsOf, taggedFleet, textOf } from './define-rotation';
import { CredentialDocument, CredentialFormat, MailServerTargets, SesSmtpCredentialRotation, SmtpEndpoint } from '../../src';

const SCHEDULE = 'AWS::SecretsManager::RotationSchedule';
const ACCOUNT = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] };
const COMPLETE_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail/smtp-AbCdEf';

function domain(stack: Stack, id = 'Domain'): ses.IEmailIdentity {
  return ses.EmailIdentity.fromEmailIdentityName(stack, id, 'example.com');
}

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
    expect(dependenciesOf(stack, 'NewsletterSchedule')).toContainEqual(expect.stringMatching(/^ReaderReadSesSmtpCredential/));
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
    expect(dependenciesOf(stack, 'ApplicationReaderReadSesSmtpCredential')).toContainEqual(expect.stringMatching(/^(MailNewsletterSchedule|MigrationUser)/));
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
    expect(statementsOf(stack, 'ApplicationServiceRoleReadSesSmtpCredential')).toMatchObject([{}, { Action: 'kms:Decrypt', Resource: '<Key961B73FD.Arn>' }]);
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

  it('that the policies of an imported user cannot be changed', () => {
    expectWarning(defineRotation(scope => ({ user: iam.User.fromUserName(scope, 'Existing', 'mailer') })).stack,
      'the policies of an imported user cannot be changed here, so the user keeps all that they allow, '
      + 'in addition to sending as the identities; review them [ack: cdk-ses-smtp-credential-rotation:importedUser]');
  });

  it('that the policy of an imported key cannot be changed', () => {
    const { stack } = defineRotation(scope => ({
      encryptionKey: kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/0d8fbb8f-1d8e-4bd5-a4bb-5e3d7aee2f6e'),
    }));
    Annotations.fromStack(stack).hasWarning('/Stack/Newsletter', Match.stringLikeRegexp('\\[ack: cdk-ses-smtp-credential-rotation:importedKey\\]$'));
  });
});

describe('fails', () => {
  it('without identities', () => {
    expectRefusal(() => ({ identities: [] }), 'identities must name at least one SES identity, got none');
  });

  it('when fromAddresses is empty', () => {
    expectRefusal(() => ({ fromAddresses: [] }), 'fromAddresses must name at least one address, got none; leave it out');
  });

  it.each(['newsletter', ''])("when both user and userName '%s' are given", userName => {
    expectRefusal(stack => ({ user: iam.User.fromUserName(stack, 'Existing', 'mailer'), userName }),
      `userName must not be set together with user, got '${userName}'; leave one of them out`);
  });

  it.each([
    ['secretName', () => ({ secretName: 'mail/smtp' })],
    ['encryptionKey', (stack: Stack) => ({ encryptionKey: new kms.Key(stack, 'Key') })],
    ['removalPolicy', () => ({ removalPolicy: RemovalPolicy.RETAIN })],
  ] as const)('when both secret and %s are given', (prop, props) => {
    expectRefusal(stack => ({ secret: Secret.fromSecretCompleteArn(stack, 'Existing', COMPLETE_ARN), ...props(stack) }),
      `${prop} must not be set together with secret, got both; leave one of them out`);
  });

  it('on a schedule and a window that Secrets Manager rejects', () => {
    expectRefusal(() => ({ schedule: events.Schedule.rate(Duration.hours(3)) }),
      'schedule must be a rate of whole hours or days from 4 hours to 1000 days, got rate(3 hours)');
    expectRefusal(() => ({ schedule: events.Schedule.rate(Duration.days(1001)) }),
      'schedule must be a rate of whole hours or days from 4 hours to 1000 days, got rate(1001 days)');
    expectRefusal(() => ({ rotationWindow: Duration.hours(25) }), 'rotationWindow must be whole hours from 1 to 24 with this schedule');
  });

  it('on a fleet with options that Run Command rejects, and names them', () => {
    expectRefusal(() => ({ mailServers: [taggedFleet, { ...taggedFleet, maxErrors: 'few' }] }),
      "mailServers[1].maxErrors must be a number from '0' or a percentage from '0%' to '100%', got 'few'");
  });
});
