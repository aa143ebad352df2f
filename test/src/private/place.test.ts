import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { defineRotation } from '../define-rotation';

describe('what is in another region or account', () => {
  const env = { region: 'eu-west-1', account: '111122223333' };

  it('fails when it is the secret', () => {
    expect(() => defineRotation(stack => ({
      secret: Secret.fromSecretCompleteArn(stack, 'Imported', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:relay-AbCdEf'),
    }), { env })).toThrow("secret must be in the stack's Region, eu-west-1, got us-east-1; define the rotation in a stack there");
  });

  it('fails when it is the secret, by its account', () => {
    expect(() => defineRotation(stack => ({
      secret: Secret.fromSecretCompleteArn(stack, 'Imported', 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:relay-AbCdEf'),
    }), { env })).toThrow('secret must be in the stack\'s account, 111122223333, got 444455556666; define the rotation in a stack there');
  });

  it('fails when it is the encryption key', () => {
    expect(() => defineRotation(stack => ({
      encryptionKey: kms.Key.fromKeyArn(stack, 'Imported', 'arn:aws:kms:us-east-1:111122223333:key/0d8fbb8f-1d8e-4bd5-a4bb-5e3d7aee2f6e'),
    }), { env })).toThrow("encryptionKey must be in the stack's Region, eu-west-1, got us-east-1; define the rotation in a stack there");
  });

  it('fails when it is the user', () => {
    expect(() => defineRotation(stack => ({ user: iam.User.fromUserArn(stack, 'Imported', 'arn:aws:iam::444455556666:user/relay') }), { env }))
      .toThrow("user must be in the stack's account, 111122223333, got 444455556666; define the rotation in a stack there");
  });

  it('passes while the stack does not know its account and region', () => {
    expect(() => defineRotation(stack => ({
      secret: Secret.fromSecretCompleteArn(stack, 'Imported', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:relay-AbCdEf'),
    }))).not.toThrow();
  });
});
