import { Annotations, Aws, Lazy, Resource, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** Stands for the six random characters that end a secret's ARN. */
const ANY_SUFFIX = '-??????';

/**
 * The secret's ARN for policies. The suffix is a pattern if it cannot be known: for a secret that was imported by its name, and in stacks
 * that cannot refer to the secret.
 */
export function secretArnPattern(secret: secretsmanager.ISecret): string {
  const { secretArn, secretFullArn } = secret;
  if (!secretFullArn) return `${secretArn}${ANY_SUFFIX}`;
  if (!Resource.isOwnedResource(secret)) return secretFullArn;
  return Lazy.uncachedString({
    produce: context => {
      // The report of `Role.customizeRoles` reads policies outside of every stack, and writes attributes like this.
      if (!context.scope.node.scopes.some(Stack.isStack)) return `(${secret.node.path}.Arn)`;
      return isReference(context.resolve(secretArn)) ? secretFullArn : `${secretArn}${ANY_SUFFIX}`;
    },
  });
}

/** If a stack cannot refer to the secret, as in another account, CDK joins an ARN from the secret's name. */
function isReference(resolved: unknown): boolean {
  return typeof resolved === 'object' && !('Fn::Join' in (resolved as object));
}

/** Throws on a principal that is certainly of another account, because nobody there can use the AWS managed key of a secret. */
export function checkAccount(secret: secretsmanager.ISecret, { grantPrincipal }: iam.IGrantable): void {
  const { account } = Stack.of(secret);
  const other = grantPrincipal.principalAccount ?? (grantPrincipal instanceof iam.ArnPrincipal ? accountOf(grantPrincipal.arn) : undefined);
  if (secret.encryptionKey || !Resource.isOwnedResource(secret) || other === undefined) return;
  if (Token.compareStrings(account, other) !== TokenComparison.DIFFERENT) return;
  throw new Error(`encryptionKey must be set for a grantee of another account, got none for ${other}; the AWS managed key cannot be used across accounts`);
}

function accountOf(arn: string): string | undefined {
  return Token.isUnresolved(arn) ? undefined : arn.split(':')[4];
}

/**
 * Lets a principal use the secret's key, through Secrets Manager only. It takes a statement on both sides: in the principal's own policy,
 * for this secret only, and in the key's.
 */
export function grantKey(scope: Construct, secret: secretsmanager.ISecret, grantee: iam.IGrantable, actions: string[]): void {
  const key = secret.encryptionKey;
  if (key) grantKeyOf(scope, { key, regions: [secret.env.region], secretArns: [secretArnPattern(secret)] }, grantee, actions);
}

/** A key, and what it encrypts. */
interface KeyUse {
  readonly key: kms.IKey;
  /** Where Secrets Manager uses it. */
  readonly regions: string[];
  readonly secretArns: string[];
}

export function grantKeyOf(scope: Construct, { key, regions, secretArns }: KeyUse, grantee: iam.IGrantable, actions: string[]): void {
  const viaSecretsManager = { 'kms:ViaService': oneOrAll(regions.map(region => `secretsmanager.${region}.${Aws.URL_SUFFIX}`)) };
  const { conditions, resourceArn } = policyName(key);
  iam.Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [resourceArn],
    conditions: {
      StringEquals: viaSecretsManager,
      StringLike: { 'kms:EncryptionContext:SecretARN': oneOrAll(secretArns) },
      ...conditions,
    },
  });
  const { statementAdded } = key.addToResourcePolicy(new iam.PolicyStatement({
    principals: [keyPrincipal(key, grantee)],
    actions,
    resources: ['*'],
    conditions: { StringEquals: viaSecretsManager },
  }));
  if (!statementAdded) {
    Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:importedKey',
      'the policy of an imported encryption key cannot be changed here; in that policy, allow the account to use the key through its IAM policies, '
      + `or allow ${actions.join(' and ')} through Secrets Manager to whoever uses the secret`);
  }
}

function oneOrAll(values: string[]): string | string[] {
  return values.length === 1 ? values[0] : values;
}

/** What policies call a key. KMS ignores the ARN of an alias there. If only the alias is known, the key must have it. */
export function policyName(key: kms.IKey): { resourceArn: string; conditions?: Record<string, object> } {
  if (!isAlias(key)) return { resourceArn: key.keyArn };
  const target = targetOf(key);
  if (target) return { resourceArn: target.keyArn };
  return {
    resourceArn: Stack.of(key).formatArn({ service: 'kms', resource: 'key', resourceName: '*', region: key.env.region, account: key.env.account }),
    conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': key.aliasName } },
  };
}

export function isAlias(key: kms.IKey): key is kms.IAlias {
  return 'aliasName' in key;
}

/** The key behind an alias. CDK throws if the alias was imported by its name. */
export function targetOf(alias: kms.IAlias): kms.IKey | undefined {
  try {
    return alias.aliasTargetKey;
  } catch {
    return undefined;
  }
}

/**
 * The account of a role or user, as in the statements of CDK's own Secret: the policies of that account decide who may use the key. If the
 * key policy named a role, the key would wait for the role, which may wait for the secret, in the same stack or in another one.
 */
function keyPrincipal(key: kms.IKey, grantee: iam.IGrantable): iam.IPrincipal {
  const { grantPrincipal } = grantee;
  const { principalAccount = Stack.of(key).account } = grantPrincipal;
  const isDefined = Construct.isConstruct(grantPrincipal) || Construct.isConstruct(grantee) || grantPrincipal instanceof iam.UnknownPrincipal;
  return isDefined ? new iam.AccountPrincipal(principalAccount) : grantPrincipal;
}
