import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { beforeEach, describe, expect, it } from 'vitest';
import { grantKey, secretArnPattern } from '../../../../src/private/user-and-secret/secret-grants';
import { onlyResource, textOf } from '../../define-rotation';

const COMPLETE_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail/smtp-AbCdEf';
const KEY_ARN = 'arn:aws:kms:eu-west-1:123456789012:key/0d8fbb8f-1d8e-4bd5-a4bb-5e3d7aee2f6e';
const VIA_SECRETS_MANAGER = { 'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] };
const ACCOUNT = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] };
/** The first ones of a key's policy, which CDK's own Key and Secret put there. */
const CDK_STATEMENTS = 3;

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack');
});

function role(scope: Stack = stack): iam.Role {
  return new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('ec2') });
}

/** What the grants have added to the key's policy. */
function addedToKeyPolicy(scope: Stack): { Principal: unknown }[] {
  return onlyResource(scope, 'AWS::KMS::Key').KeyPolicy.Statement.slice(CDK_STATEMENTS);
}

describe("the secret's ARN in policies", () => {
  function pattern(secretArn: string): string {
    return textOf(stack.resolve(secretArn));
  }

  it('is complete for a new secret', () => {
    expect(pattern(secretArnPattern(new Secret(stack, 'Secret')))).toMatch(/^<Secret[0-9A-F]{8}>$/);
  });

  it('is complete for a secret that was imported by its complete ARN', () => {
    expect(pattern(secretArnPattern(Secret.fromSecretCompleteArn(stack, 'Secret', COMPLETE_ARN)))).toBe(COMPLETE_ARN);
  });

  it('has a pattern for the suffix of a secret that was imported by its name', () => {
    expect(pattern(secretArnPattern(Secret.fromSecretNameV2(stack, 'Secret', 'mail/smtp'))))
      .toBe('arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:mail/smtp-??????');
  });

  it('has a pattern for the suffix of a partial ARN, even if the name ends in what looks like one', () => {
    const partialArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail-server';
    expect(pattern(secretArnPattern(Secret.fromSecretPartialArn(stack, 'Secret', partialArn)))).toBe(`${partialArn}-??????`);
  });

  it.each([
    ['account', { account: '222222222222', region: 'eu-west-1' }],
    ['region', { account: '111111111111', region: 'eu-west-2' }],
  ])('has a pattern for the suffix in a stack of another %s, which cannot know it', (_what, env) => {
    const owner = new Stack(app, 'Owner', { env: { account: '111111111111', region: 'eu-west-1' } });
    const consumer = new Stack(app, 'Consumer', { env });
    const secretArn = secretArnPattern(new Secret(owner, 'Secret', { secretName: 'mail/smtp' }));
    expect(textOf(consumer.resolve(secretArn))).toBe('arn:<AWS::Partition>:secretsmanager:eu-west-1:111111111111:secret:mail/smtp-??????');
    expect(textOf(owner.resolve(secretArn))).toMatch(/^<Secret/);
  });
});

describe("the secret's ARN in policies of another region", () => {
  it.each([
    ['a partition that the deployment knows', {}, 'arn:<AWS::Partition>:secretsmanager:eu-west-1:111111111111:secret:mail/smtp-??????'],
    ['a partition that is known', { '@aws-cdk/core:enablePartitionLiterals': true }, 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:mail/smtp-??????'],
  ])('has a pattern for the suffix without cross-region references, in %s', (_what, context, expected) => {
    const [owner, consumer] = stacksOfTwoRegions(new App({ context }));
    const secretArn = secretArnPattern(new Secret(owner, 'Secret', { secretName: 'mail/smtp' }));
    expect(textOf(consumer.resolve(secretArn))).toBe(expected);
  });

  it.each([undefined, 'mail/smtp'])('is complete with cross-region references, for the name %s', secretName => {
    const [owner, consumer] = stacksOfTwoRegions(app, true);
    const secretArn = secretArnPattern(new Secret(owner, 'Secret', { secretName }));
    role(consumer).addToPolicy(new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }));
    app.synth();
    const [{ Resource }] = onlyResource(consumer, 'AWS::IAM::Policy').PolicyDocument.Statement;
    expect(textOf(Resource)).toMatch(/^<ExportsReader[0-9A-F]{8}\.\/cdk\/exports\/Consumer\/Ownereuwest1RefSecret[0-9A-F]+>$/);
  });

  function stacksOfTwoRegions(root: App, crossRegionReferences?: boolean): Stack[] {
    return [['Owner', 'eu-west-1'], ['Consumer', 'eu-west-2']]
      .map(([id, region]) => new Stack(root, id, { env: { account: '111111111111', region }, crossRegionReferences }));
  }
});

describe("a grant on the secret's key", () => {
  it('changes nothing for a secret without a key of its own', () => {
    grantKey(stack, new Secret(stack, 'Secret'), role(), ['kms:Decrypt']);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  it('stands in the policies of the principal and of the key, for use through Secrets Manager only', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    grantKey(stack, new Secret(stack, 'Secret', { encryptionKey }), role(), ['kms:Decrypt', 'kms:GenerateDataKey']);
    expect(onlyResource(stack, 'AWS::IAM::Policy').PolicyDocument.Statement).toEqual([{
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] },
      Condition: {
        StringEquals: { 'kms:ViaService': VIA_SECRETS_MANAGER },
        StringLike: { 'kms:EncryptionContext:SecretARN': { Ref: 'SecretA720EF05' } },
      },
    }]);
    expect(addedToKeyPolicy(stack)).toEqual([{
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Principal: { AWS: ACCOUNT },
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': VIA_SECRETS_MANAGER } },
    }]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  it('names the account of a role in another stack, so that the stacks do not depend on each other', () => {
    const readers = new Stack(app, 'Readers');
    const encryptionKey = new kms.Key(stack, 'Key');
    grantKey(stack, new Secret(stack, 'Secret', { encryptionKey }), role(readers), ['kms:Decrypt']);
    app.synth();
    expect(readers.dependencies).toEqual([stack]);
    expect(stack.dependencies).toEqual([]);
    expect(addedToKeyPolicy(stack).map(({ Principal }) => Principal)).toEqual([{ AWS: ACCOUNT }]);
  });

  it('names the account of a role of another account', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    const reader = iam.Role.fromRoleArn(new Stack(app, 'Readers'), 'Reader', 'arn:aws:iam::222222222222:role/mail');
    grantKey(stack, new Secret(stack, 'Secret', { encryptionKey }), reader, ['kms:Decrypt']);
    expect(addedToKeyPolicy(stack).map(({ Principal }) => Principal)).toEqual([
      { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:root']] } },
    ]);
  });

  it('names a principal that is in no stack', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    const reader = new iam.ArnPrincipal('arn:aws:iam::222222222222:role/mail');
    grantKey(stack, new Secret(stack, 'Secret', { encryptionKey }), reader, ['kms:Decrypt']);
    expect(addedToKeyPolicy(stack).map(({ Principal }) => Principal)).toEqual([{ AWS: 'arn:aws:iam::222222222222:role/mail' }]);
  });

  it('names the account for a principal that is not known', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    grantKey(stack, new Secret(stack, 'Secret', { encryptionKey }), new iam.UnknownPrincipal({ resource: stack }), ['kms:Decrypt']);
    expect(addedToKeyPolicy(stack).map(({ Principal }) => textOf((Principal as { AWS: unknown }).AWS)))
      .toEqual(['arn:<AWS::Partition>:iam::<AWS::AccountId>:root']);
  });

  it('warns that the policy of an imported key cannot be changed', () => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
    grantKey(stack, new Secret(stack, 'Secret', { encryptionKey }), role(), ['kms:Decrypt', 'kms:GenerateDataKey']);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [{ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: KEY_ARN }] },
    });
    Annotations.fromStack(stack).hasWarning('/Stack',
      'the policy of an imported encryption key cannot be changed here; in that policy, allow the account to use the key '
      + 'through its IAM policies, or allow kms:Decrypt and kms:GenerateDataKey through Secrets Manager to whoever uses the secret [ack: cdk-ses-smtp-credential-rotation:importedKey]');
  });

  it.each<[string, (key: kms.Key) => kms.IKey]>([
    ['is defined', key => new kms.Alias(stack, 'Alias', { aliasName: 'alias/mail', targetKey: key })],
    ['is imported with its key', key => kms.Alias.fromAliasAttributes(stack, 'Alias', { aliasName: 'alias/mail', aliasTargetKey: key })],
  ])('names the key behind an alias that %s', (_, alias) => {
    grantKey(stack, new Secret(stack, 'Secret', { encryptionKey: alias(new kms.Key(stack, 'Key')) }), role(), ['kms:Decrypt']);
    expect(onlyResource(stack, 'AWS::IAM::Policy').PolicyDocument.Statement).toMatchObject([{ Resource: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } }]);
  });

  it('covers only keys with the alias, if nothing else is known', () => {
    grantKey(stack, new Secret(stack, 'Secret', { encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/mail') }), role(), ['kms:Decrypt']);
    const [{ Condition, Resource }] = onlyResource(stack, 'AWS::IAM::Policy').PolicyDocument.Statement;
    expect(textOf(Resource)).toBe('arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*');
    expect(Condition).toMatchObject({
      'StringEquals': { 'kms:ViaService': VIA_SECRETS_MANAGER },
      'StringLike': { 'kms:EncryptionContext:SecretARN': { Ref: 'SecretA720EF05' } },
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/mail' },
    });
  });
});
