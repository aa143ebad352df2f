import { CfnParameter, PhysicalName, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotation } from '../../../../src';
import { defineRotation } from '../../define-rotation';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret';

describe('userName', () => {
  it.each(['n', 'newsletter', 'News_1+a=b,c.d@e-f', 'n'.repeat(64)])('may be %s', userName => {
    expect(() => defineRotation(() => ({ userName }))).not.toThrow();
  });

  it.each(['', 'news letter', 'mail/news', 'näws', 'news:1', 'n'.repeat(65)])("fails as '%s'", userName => {
    expect(() => defineRotation(() => ({ userName }))).toThrow(`userName must be 1 to 64 letters, digits and "_+=,.@-", got '${userName}'`);
  });
});

describe('secretName', () => {
  it.each(['s', 'mail/smtp', '/mail/smtp', 'Mail_1+a=b.c@d-e', 's'.repeat(512)])('may be %s', secretName => {
    const { stack } = defineRotation(() => ({ secretName }));
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  it.each(['', 'mail smtp', 'mail,smtp', 'mail:smtp', 'mäil', 's'.repeat(513)])("fails as '%s'", secretName => {
    expect(() => defineRotation(() => ({ secretName }))).toThrow(`secretName must be 1 to 512 letters, digits and "/_+=.@-", got '${secretName}'`);
  });
});

it('does not check names that are not known yet', () => {
  const { stack } = defineRotation(scope => ({
    userName: new CfnParameter(scope, 'UserName').valueAsString, secretName: new CfnParameter(scope, 'SecretName').valueAsString,
  }));
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

describe("a secret's name that ends as an ARN does", () => {
  const WARNING = "the secret's name 'mail/smtp-secret' ends in a hyphen and six characters, as the ARN of every secret does, so Secrets Manager may not find it "
    + 'by a partial ARN; %s [ack: cdk-ses-smtp-credential-rotation:secretNameLikeArn]';

  it('gets a warning', () => {
    const { stack } = defineRotation(() => ({ secretName: 'mail/smtp-secret' }));
    Annotations.fromStack(stack).hasWarning('/Stack/Newsletter', WARNING.replace('%s', 'if it is not deployed yet, choose another secretName; later, another name replaces the secret'));
  });

  it.each<[string, (scope: Stack) => ISecret]>([
    ['its name', scope => Secret.fromSecretNameV2(scope, 'Existing', 'mail/smtp-secret')],
    ['a part of its ARN', scope => Secret.fromSecretPartialArn(scope, 'Existing', `${ARN}:mail/smtp-secret`)],
  ])('gets a warning when it is imported by %s', (_, secret) => {
    const { stack } = defineRotation(scope => ({ secret: secret(scope) }));
    Annotations.fromStack(stack).hasWarning('/Stack/Newsletter', WARNING.replace('%s', 'import it with Secret.fromSecretCompleteArn'));
  });

  it.each<[string, (scope: Stack) => ISecret]>([
    ['its complete ARN', scope => Secret.fromSecretCompleteArn(scope, 'Existing', `${ARN}:mail/smtp-secret-AbCdEf`)],
    ['another name', scope => Secret.fromSecretNameV2(scope, 'Existing', 'mail/smtp-secrets')],
    ['an ARN that is not known yet', scope => Secret.fromSecretPartialArn(scope, 'Existing', new CfnParameter(scope, 'Arn').valueAsString)],
    ['itself', scope => new Secret(scope, 'Existing', { secretName: 'mail/smtp-secret' })],
  ])('gets no warning with %s', (_, secret) => {
    Annotations.fromStack(defineRotation(scope => ({ secret: secret(scope) })).stack).hasNoWarning('*', Match.anyValue());
  });
});

it('leaves names to CDK with GENERATE_IF_NEEDED, in several rotations of a stack', () => {
  const names = { userName: PhysicalName.GENERATE_IF_NEEDED, secretName: PhysicalName.GENERATE_IF_NEEDED };
  const { stack } = defineRotation(() => names);
  const identities = [ses.EmailIdentity.fromEmailIdentityName(stack, 'AlertsDomain', 'example.com')];
  new SesSmtpCredentialRotation(stack, 'Alerts', { identities, ...names });
  const resources = Object.entries(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret'));
  expect(resources.map(([, { Properties }]) => Properties.Name)).toEqual([undefined, undefined]);
  expect(Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Policy'))).toEqual(Object.keys(Template.fromStack(withoutNames()).findResources('AWS::IAM::Policy')));
});

function withoutNames(): Stack {
  const { stack } = defineRotation();
  new SesSmtpCredentialRotation(stack, 'Alerts', { identities: [ses.EmailIdentity.fromEmailIdentityName(stack, 'AlertsDomain', 'example.com')] });
  return stack;
}
