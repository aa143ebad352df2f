import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { CredentialFormat, SmtpEndpoint } from '../../../../src';
import { configOf, defineRotation, onlyResource, statementsOf, textOf } from '../../define-rotation';

const SCHEDULE = 'AWS::SecretsManager::RotationSchedule';
const COMPLETE_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail/smtp-AbCdEf';

describe('the secret', () => {
  it('is a new one without a fixed name, born without a credential and deleted with the stack', () => {
    const { stack } = defineRotation();
    const template = Template.fromStack(stack);
    template.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    const { SecretString, ...properties } = onlyResource(stack, 'AWS::SecretsManager::Secret');
    expect(properties).toEqual({ Description: 'Amazon SES SMTP credential, rotated automatically', Tags: expect.any(Array) });
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
