import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotationProps } from '../../../../src';
import { defineRotation, expectRefusal, onlyResource, statementsOf, taggedFleet, textOf } from '../../define-rotation';

const ROLE = 'arn:aws:iam::111122223333:role/central/rotation';
const NAMES = { userName: 'ses-smtp-user', secretName: 'prod/smtp', functionName: 'rotate-smtp', path: '/mail/' };

function withImportedRole(furtherProps: Partial<SesSmtpCredentialRotationProps> = {}) {
  return defineRotation(scope => ({ role: iam.Role.fromRoleArn(scope, 'Central', ROLE), ...furtherProps }));
}

function policyOf({ rotation, stack }: ReturnType<typeof defineRotation>) {
  const { Statement } = stack.resolve(rotation.functionPolicy) as { Statement: { Sid?: string; Resource: unknown }[] };
  return Statement.map(({ Resource, ...others }) => ({ ...others, Resource: Array.isArray(Resource) ? Resource.map(textOf) : textOf(Resource) }));
}

describe('an imported role', () => {
  it('gets no statement, and no other role is made', () => {
    const { stack } = withImportedRole({ mailServers: [taggedFleet], tracing: lambda.Tracing.ACTIVE });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 0);
    template.resourcePropertiesCountIs('AWS::IAM::Policy', { Roles: Match.anyValue() }, 0);
    template.hasResourceProperties('AWS::Lambda::Function', { Role: ROLE });
  });

  it('needs the very policy that a role of the construct has', () => {
    const props = (mailServers = [taggedFleet]) => ({ mailServers, tracing: lambda.Tracing.ACTIVE });
    const own = defineRotation(scope => ({ ...props(), encryptionKey: new kms.Key(scope, 'Key') }));
    const imported = defineRotation(scope => ({ ...props(), role: iam.Role.fromRoleArn(scope, 'Central', ROLE), encryptionKey: new kms.Key(scope, 'Key') }));
    expect(policyOf(imported)).toEqual(policyOf(own));
    expect(policyOf(own)).toEqual(statementsOf(own.stack, 'NewsletterPolicy'));
  });

  it('needs a policy without references, if names are given', () => {
    const rotation = defineRotation(scope => ({
      ...NAMES,
      role: iam.Role.fromRoleArn(scope, 'Central', ROLE),
      logGroup: logs.LogGroup.fromLogGroupName(scope, 'Logs', 'mail'),
      mailServers: [{ targets: MailServerTargets.tag('EmailServers', 'True'), document: CredentialDocument.postfix() }],
    }));
    expect(JSON.stringify(policyOf(rotation))).not.toMatch(/<(?!AWS::)/);
    expect(policyOf(rotation)).toEqual(expect.arrayContaining([
      expect.objectContaining({ Sid: 'WriteLog', Resource: 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:mail:*' }),
      expect.objectContaining({ Sid: 'RotateSecret', Resource: 'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:prod/smtp-??????' }),
      expect.objectContaining({ Sid: 'RotateAccessKeys', Resource: 'arn:<AWS::Partition>:iam::<AWS::AccountId>:user/mail/ses-smtp-user' }),
      expect.objectContaining({ Sid: 'SendDocument0', Resource: 'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:document/Stack-*' }),
      expect.objectContaining({ Sid: 'InvokeItself', Resource: 'arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:rotate-smtp' }),
    ]));
  });

  it('must also allow network interfaces if the function is in a VPC', () => {
    const inVpc = defineRotation(scope => ({ role: iam.Role.fromRoleArn(scope, 'Central', ROLE), vpc: new ec2.Vpc(scope, 'Vpc') }));
    expect(policyOf(inVpc).map(({ Sid }) => Sid)).toEqual(expect.arrayContaining(['CreateNetworkInterfaces', 'ManageNetworkInterfaces', 'DenyNetworkInterfacesToCode']));
  });
});

describe('a role of the app', () => {
  it('gets the policy, before the first rotation', () => {
    const { rotation, stack } = defineRotation(scope => ({ role: new iam.Role(scope, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }) }));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 1);
    expect(onlyResource(stack, 'AWS::IAM::Policy', 'NewsletterPolicy')).toMatchObject({ Roles: [{ Ref: expect.stringMatching(/^Mine/) as string }] });
    template.hasResource('AWS::SecretsManager::RotationSchedule', { DependsOn: Match.arrayWith([Match.stringLikeRegexp('^NewsletterPolicy')]) });
    expect(stack.resolve(rotation.role.roleArn)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Mine/), 'Arn'] });
  });

  it('allows network interfaces before the function is made in a VPC', () => {
    const { stack } = defineRotation(scope => ({
      role: new iam.Role(scope, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }), vpc: new ec2.Vpc(scope, 'Vpc'),
    }));
    Template.fromStack(stack).hasResource('AWS::Lambda::Function', { DependsOn: Match.arrayWith([Match.stringLikeRegexp('^NewsletterNetworkPolicy')]) });
    expect(statementsOf(stack, 'NewsletterNetworkPolicy').map(({ Resource }) => Resource)).toHaveLength(2);
  });
});

describe('the path', () => {
  it('is that of user, group and role', () => {
    const { stack } = defineRotation(() => ({ path: '/mail/' }));
    for (const type of ['AWS::IAM::User', 'AWS::IAM::Group', 'AWS::IAM::Role']) expect(onlyResource(stack, type)).toMatchObject({ Path: '/mail/' });
  });

  it.each(['', 'mail', '/mail', 'mail/', '/a b/', `/${'a'.repeat(511)}/`])('fails as "%s"', path => {
    expectRefusal(() => ({ path }), `path must be 1 to 512 characters that begin and end with "/", such as /mail/, got '${path}'`);
  });

  it.each(['/', '/a/', '/a/b-c/'])('may be %s', path => {
    expect(() => defineRotation(() => ({ path }))).not.toThrow();
  });
});

describe('the name of the function', () => {
  it('may be given', () => {
    expect(onlyResource(defineRotation(() => ({ functionName: 'rotate' })).stack, 'AWS::Lambda::Function')).toMatchObject({ FunctionName: 'rotate' });
  });

  it.each(['', 'a b', 'a.b', 'a'.repeat(65)])('fails as "%s"', functionName => {
    expectRefusal(() => ({ functionName }), `functionName must be 1 to 64 letters, digits, "_" and "-", got '${functionName}'`);
  });
});
