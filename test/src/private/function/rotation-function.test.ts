import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { SmtpEndpoint } from '../../../../src';
import { defineRotation, onlyResource, statementsOf, taggedFleet, textOf } from '../../define-rotation';

describe('the function', () => {
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

describe('the options of the function', () => {
  it('are those of the smallest function by default', () => {
    const { stack } = defineRotation();
    expect(onlyResource(stack, 'AWS::Lambda::Function')).not.toHaveProperty('TracingConfig');
    expect(onlyResource(stack, 'AWS::Lambda::Function')).not.toHaveProperty('KmsKeyArn');
  });

  it('may be another architecture', () => {
    const { stack } = defineRotation(() => ({ architecture: lambda.Architecture.ARM_64 }));
    expect(onlyResource(stack, 'AWS::Lambda::Function')).toMatchObject({ Architectures: ['arm64'] });
  });

  it.each([lambda.Tracing.ACTIVE, lambda.Tracing.PASS_THROUGH])('may be tracing %s, which the role may write', mode => {
    const { stack } = defineRotation(() => ({ tracing: mode }));
    expect(onlyResource(stack, 'AWS::Lambda::Function')).toMatchObject({ TracingConfig: { Mode: mode } });
    expect(statementsOf(stack, 'NewsletterPolicy'))
      .toContainEqual({ Sid: 'WriteTraces', Effect: 'Allow', Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], Resource: '*' });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 1);
  });

  it('allow no traces if tracing is disabled', () => {
    const { stack } = defineRotation(() => ({ tracing: lambda.Tracing.DISABLED }));
    expect(JSON.stringify(statementsOf(stack, 'NewsletterPolicy'))).not.toContain('xray');
  });

  it('may be a key for the environment, which the role may use for nothing else', () => {
    const { stack } = defineRotation(scope => ({ environmentEncryption: new kms.Key(scope, 'Key') }));
    const [id] = Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
    expect(onlyResource(stack, 'AWS::Lambda::Function')).toMatchObject({ KmsKeyArn: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } });
    expect(statementsOf(stack, 'NewsletterPolicy').filter(({ Resource }) => Resource === '<Key961B73FD.Arn>')).toEqual([{
      Sid: 'DecryptEnvironment',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '<Key961B73FD.Arn>',
      Condition: { StringEquals: { 'kms:EncryptionContext:aws:lambda:FunctionArn': { 'Fn::GetAtt': [id, 'Arn'] } } },
    }]);
  });

  it('may be an alias of such a key, which policies call by the key', () => {
    const { stack } = defineRotation(scope => ({ environmentEncryption: kms.Alias.fromAliasName(scope, 'Key', 'alias/mail') }));
    const statements = statementsOf(stack, 'NewsletterPolicy') as { Sid?: string; Resource: unknown; Condition?: object }[];
    expect(statements.find(({ Sid }) => Sid === 'DecryptEnvironment')).toMatchObject({
      Resource: 'arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*',
      Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/mail' } },
    });
  });
});
