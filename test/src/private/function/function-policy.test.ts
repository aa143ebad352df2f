import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotationProps } from '../../../../src';
import { defineRotation, onlyResource, statementsOf, taggedFleet } from '../../define-rotation';

const POLICY = 'AWS::IAM::Policy';
const ACCOUNT = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] };
const INVOKE_ITSELF = {
  Sid: 'InvokeItself', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: expect.stringMatching(/^<NewsletterFunction[0-9A-F]{8}.Arn>$/) as string,
};

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
      { Sid: 'ReadLastUse', Effect: 'Allow', Action: 'iam:GetAccessKeyLastUsed', Resource: expect.stringMatching(/^<NewsletterUser[0-9A-F]{8}.Arn>$/) },
      INVOKE_ITSELF,
    ]);
  });

  it.each<Partial<SesSmtpCredentialRotationProps>>([{ holdWhileUsed: Duration.seconds(0) }, { gracePeriod: Duration.seconds(0) }])(
    'does not ask about the use of keys that it does not hold', props => {
      const statements = statementsOf(defineRotation(() => props).stack, 'NewsletterPolicy');
      expect(statements).not.toContainEqual(expect.objectContaining({ Sid: 'ReadLastUse' }));
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
});
