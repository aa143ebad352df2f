import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { defineRotation, expectRefusal, onlyResource, textOf } from '../../define-rotation';

describe('the log group', () => {
  it('is an attribute, and goes with the stack unless it is to stay', () => {
    const { rotation, stack } = defineRotation(() => ({ logRemovalPolicy: RemovalPolicy.RETAIN }));
    Template.fromStack(stack).hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(stack.resolve(rotation.logGroup.logGroupName)).toEqual({ Ref: expect.stringMatching(/^NewsletterLogGroup/) });
  });

  it('may have a key, which CloudWatch Logs may use for the log groups of the stack only', () => {
    const { stack } = defineRotation(scope => ({ logEncryptionKey: new kms.Key(scope, 'Key') }));
    expect(onlyResource(stack, 'AWS::Logs::LogGroup').KmsKeyId).toEqual({ 'Fn::GetAtt': ['Key961B73FD', 'Arn'] });
    const statements = onlyResource(stack, 'AWS::KMS::Key').KeyPolicy.Statement as { Principal: { Service?: unknown }; Condition?: { ArnLike: Record<string, unknown> } }[];
    const [statement] = statements.filter(({ Principal }) => Principal.Service);
    expect(statement).toMatchObject({
      Effect: 'Allow', Resource: '*', Action: ['kms:Decrypt*', 'kms:Describe*', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    });
    expect(textOf(statement.Principal.Service)).toBe('logs.<AWS::Region>.<AWS::URLSuffix>');
    expect(textOf(statement.Condition?.ArnLike['kms:EncryptionContext:aws:logs:arn']))
      .toBe('arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:<AWS::StackName>-*');
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('logEncryptionKey'));
  });

  it('warns about a key whose policy cannot be changed here', () => {
    const { stack } = defineRotation(scope => ({ logEncryptionKey: kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/1') }));
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('imported logEncryptionKey cannot be changed here'));
  });

  it.each<[string, (stack: Stack, key: kms.Key) => kms.IKey]>([
    ['defined', (stack, targetKey) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/mail', targetKey })],
    ['imported with its key', (stack, aliasTargetKey) => kms.Alias.fromAliasAttributes(stack, 'Alias', { aliasName: 'alias/mail', aliasTargetKey })],
  ])('has the key behind an alias that is %s', (_, alias) => {
    const { stack } = defineRotation(scope => ({ logEncryptionKey: alias(scope, new kms.Key(scope, 'Key')) }));
    expect(onlyResource(stack, 'AWS::Logs::LogGroup').KmsKeyId).toEqual({ 'Fn::GetAtt': ['Key961B73FD', 'Arn'] });
    expect(JSON.stringify(onlyResource(stack, 'AWS::KMS::Key').KeyPolicy)).toContain('kms:EncryptionContext:aws:logs:arn');
  });

  it('fails for an alias whose key is not known, because CloudWatch Logs takes keys only', () => {
    expectRefusal(scope => ({ logEncryptionKey: kms.Alias.fromAliasName(scope, 'Key', 'alias/mail') }),
      'logEncryptionKey must be a key, got the alias alias/mail, which CloudWatch Logs does not take; use Key.fromKeyArn');
  });

  it.each(['logRemovalPolicy', 'logEncryptionKey'])('fails with %s if it exists already', prop => {
    expectRefusal(scope => ({
      logGroup: logs.LogGroup.fromLogGroupName(scope, 'Logs', 'mail'),
      [prop]: prop === 'logRemovalPolicy' ? RemovalPolicy.RETAIN : kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/1'),
    }), `${prop} must not be set together with logGroup, got both; leave one of them out`);
  });
});
