import { App, Fn, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { defineRotation, statementsOf } from './define-rotation';
import { ISesSmtpCredential, SesSmtpCredential } from '../../src';

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:smtp-AbCdEf';
const KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1';
const SMTP_HOST = 'email-smtp.eu-central-1.amazonaws.com';

function imported(smtpPort?: number) {
  const stack = new Stack(new App(), 'Other');
  const secret = secretsmanager.Secret.fromSecretAttributes(stack, 'Secret', {
    secretCompleteArn: SECRET_ARN, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
  });
  return { stack, credential: SesSmtpCredential.fromAttributes(stack, 'Credential', { secret, smtpHost: SMTP_HOST, smtpPort }) };
}

/** A container with the credential in one variable. */
function addContainer(stack: Stack, credential: ISesSmtpCredential): void {
  const task = new ecs.FargateTaskDefinition(stack, 'Task');
  task.addContainer('App', { image: ecs.ContainerImage.fromRegistry('example/app'), secrets: { SMTP_CREDENTIAL: credential.ecsSecret() } });
}

describe('a credential of another stack', () => {
  it('has a host, a port and a secret', () => {
    expect(imported().credential).toMatchObject({ smtpHost: SMTP_HOST, smtpPort: 587, secret: { secretArn: SECRET_ARN } });
    expect(imported(465).credential.smtpPort).toBe(465);
  });

  it('may be read with its key, through Secrets Manager in the Region of the secret', () => {
    const { credential, stack } = imported();
    credential.grantRead(iam.Role.fromRoleName(stack, 'Reader', 'reader'));
    expect(statementsOf(stack, 'Reader')).toEqual([
      { Effect: 'Allow', Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], Resource: SECRET_ARN },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: KEY_ARN,
        Condition: {
          StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['secretsmanager.eu-central-1.', { Ref: 'AWS::URLSuffix' }]] } },
          StringLike: { 'kms:EncryptionContext:SecretARN': SECRET_ARN },
        },
      },
    ]);
  });

  it('fails for a grantee that is none, or that cannot use the AWS managed key of the secret', () => {
    const stack = new Stack(new App(), 'Other', { env: { account: '111122223333', region: 'eu-central-1' } });
    const secret = new secretsmanager.Secret(stack, 'Secret');
    const credential = SesSmtpCredential.fromAttributes(stack, 'Credential', { secret, smtpHost: SMTP_HOST });
    expect(() => credential.grantRead('mail' as never)).toThrow("Other/Credential: grantee must be a role or another grantee, got 'mail'; use what reads the secret");
    expect(() => credential.grantRead(new iam.AccountPrincipal('222222222222')))
      .toThrow('Other/Credential: encryptionKey must be set for a grantee of another account, got none for 222222222222; ');
  });

  it.each([
    [{ smtpHost: 'smtps://relay' }, "smtpHost must be a host name without scheme, brackets and port, got 'smtps://relay'; "],
    [{ smtpPort: 70000 }, 'smtpPort must be an integer from 1 to 65535, got 70000; '],
    [{ smtpPort: 0.5 }, 'smtpPort must be an integer from 1 to 65535, got 0.5; '],
  ])('fails for %j', (attributes, message) => {
    const { stack, credential: { secret } } = imported();
    expect(() => SesSmtpCredential.fromAttributes(stack, 'Relay', { secret, smtpHost: SMTP_HOST, ...attributes })).toThrow(`Other/Relay: ${message}`);
  });

  it('may have a host and a port that only the deployment knows', () => {
    const { stack, credential: { secret } } = imported();
    const smtpHost = Fn.importValue('Host');
    expect(() => SesSmtpCredential.fromAttributes(stack, 'Relay', { secret, smtpHost, smtpPort: Token.asNumber(Fn.importValue('Port')) })).not.toThrow();
  });

  it('defines nothing', () => {
    expect(Template.fromStack(imported().stack).toJSON().Resources).toBeUndefined();
  });
});

describe('a container', () => {
  it.each([
    ['of another stack', imported, SECRET_ARN],
    ['of the same stack', () => { const { rotation, stack } = defineRotation(); return { stack, credential: rotation }; }, { Ref: Match.stringLikeRegexp('^NewsletterSecret') }],
  ])('gets user name and password of a credential %s in one variable, and its execution role may read it', (_where, define, valueFrom) => {
    const { credential, stack } = define();
    addContainer(stack, credential);
    Template.fromStack(stack).hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Secrets: [{ Name: 'SMTP_CREDENTIAL', ValueFrom: valueFrom }] })],
    });
    expect(statementsOf(stack, 'TaskExecutionRole').map(({ Resource }) => Resource)).toContainEqual(expect.stringMatching(/secret/i));
  });
});
