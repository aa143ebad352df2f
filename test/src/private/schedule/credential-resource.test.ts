import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { CredentialFormat, SesSmtpCredentialRotationProps, SmtpEndpoint } from '../../../../src';
import { defineRotation, onlyResource, textOf } from '../../define-rotation';

const TYPE = 'Custom::SesSmtpCredential';

function credentialWith(props?: (stack: Stack) => Partial<SesSmtpCredentialRotationProps>) {
  return onlyResource(defineRotation(props).stack, TYPE) as Record<string, unknown>;
}

function idsWith(props: (stack: Stack) => Partial<SesSmtpCredentialRotationProps>): string[] {
  return Object.keys(Template.fromStack(defineRotation(props).stack).toJSON().Resources as object);
}

describe('the custom resource', () => {
  it('is provided by the rotation function, the only function', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [rotationFunction] = Object.keys(template.findResources('AWS::Lambda::Function'));
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.hasResourceProperties(TYPE, { ServiceToken: { 'Fn::GetAtt': [rotationFunction, 'Arn'] }, WaitForFirstRotation: 'true', UserOwned: 'true' });
  });

  it('fails after the time that its function has, if the function does not respond', () => {
    const { stack } = defineRotation();
    const [{ Timeout }] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties as { Timeout: number });
    const { ServiceTimeout } = onlyResource(stack, TYPE) as { ServiceTimeout: string };
    expect(Number(ServiceTimeout)).toBeGreaterThan(Timeout);
    expect(Number(ServiceTimeout)).toBeLessThanOrEqual(3600);
  });

  it('comes after the schedule', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [schedule] = Object.keys(template.findResources('AWS::SecretsManager::RotationSchedule'));
    template.hasResource(TYPE, { DependsOn: [schedule] });
  });

  it('is what resources that depend on the construct wait for', () => {
    const { stack, rotation } = defineRotation();
    const server = new iam.User(stack, 'Server');
    server.node.addDependency(rotation);
    const [[, { DependsOn }]] = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::User')).filter(([id]) => id.startsWith('Server'));
    expect(DependsOn).toContainEqual(expect.stringMatching(/^NewsletterCredential/));
  });

  it('does not wait if waitForFirstRotation is false, and still deletes the keys', () => {
    expect(credentialWith(() => ({ waitForFirstRotation: false }))).toMatchObject({ WaitForFirstRotation: 'false' });
  });

  it('changes with the user, the secret, the region and the format, and with nothing else', () => {
    const stable = (props?: (stack: Stack) => Partial<SesSmtpCredentialRotationProps>) => JSON.stringify(credentialWith(props));
    const plain = stable();
    expect(stable(() => ({ gracePeriod: undefined, fromAddresses: ['*@example.com'] }))).toBe(plain);
    expect(stable(() => ({ endpoint: SmtpEndpoint.regional({ port: 465 }) }))).toBe(plain);
    expect(stable(() => ({ endpoint: SmtpEndpoint.regional({ region: 'us-east-1' }) }))).not.toBe(plain);
    expect(stable(() => ({ credentialFormat: CredentialFormat.usernameColonPassword() }))).not.toBe(plain);
    expect(stable(scope => ({ user: iam.User.fromUserName(scope, 'U', 'mailer') }))).not.toBe(plain);
    expect(stable(scope => ({ secret: secretsmanager.Secret.fromSecretNameV2(scope, 'S', 'smtp') }))).not.toBe(plain);
  });

  it('has no value of the secret in it', () => {
    expect(Object.keys(credentialWith())).toEqual([
      'ServiceToken', 'ServiceTimeout', 'SecretArn', 'UserName', 'UserOwned', 'SecretOwned', 'WaitForFirstRotation', 'Credential',
    ]);
    expect(textOf(credentialWith().Credential)).toBe(JSON.stringify({
      regions: ['<AWS::Region>'], format: { fields: { username: 'username', password: 'password', host: 'host', port: 'port', region: 'region' } },
    }));
  });
});

describe('the rights of the function', () => {
  const policiesIn = (ids: string[]) => ids.filter(id => id.startsWith('NewsletterPolicy'));

  it('are a resource of their own for each user and secret, so that both last until the former one is deleted', () => {
    const policies = [
      () => ({}),
      () => ({ userName: 'first' }),
      () => ({ userName: 'second' }),
      () => ({ secretName: 'first' }),
      (scope: Stack) => ({ user: iam.User.fromUserName(scope, 'U', 'third') }),
      (scope: Stack) => ({ secret: secretsmanager.Secret.fromSecretNameV2(scope, 'S', 'smtp') }),
    ].map(props => policiesIn(idsWith(props)));
    expect(policies.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(new Set(policies.flat()).size).toBe(6);
    expect(policiesIn(idsWith(() => ({ userName: 'first' })))).toEqual(policies[1]);
  });

  it('keep their id if only the deployment knows the name', () => {
    const ids = () => policiesIn(idsWith(scope => ({ userName: new CfnParameter(scope, 'Name').valueAsString })));
    expect(ids()).toEqual(ids());
  });

  it('to send are a resource of their own for each imported user', () => {
    const membership = (name: string) => idsWith(scope => ({ user: iam.User.fromUserName(scope, 'U', name) })).filter(id => id.startsWith('NewsletterGroupMembership'));
    expect(membership('first')).toHaveLength(1);
    expect(membership('first')).not.toEqual(membership('second'));
  });
});
