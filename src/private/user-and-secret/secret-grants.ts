import { Annotations, Aws, Lazy, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, Dependable, IConstruct, IDependable } from 'constructs';

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
  return Lazy.uncachedString({ produce: context => isReference(context.resolve(secretArn)) ? secretFullArn : `${secretArn}${ANY_SUFFIX}` });
}

/** If a stack cannot refer to the secret, as in another account, CDK joins an ARN from the secret's name. */
function isReference(resolved: unknown): boolean {
  return typeof resolved === 'object' && !('Fn::Join' in (resolved as object));
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
  iam.Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [key.keyArn],
    conditions: {
      StringEquals: viaSecretsManager,
      StringLike: { 'kms:EncryptionContext:SecretARN': oneOrAll(secretArns) },
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

/**
 * The policies of a grant that can take effect before a construct is deployed: those of its own stack that need not wait for it. They are
 * known only at synthesis.
 */
export function policiesBefore(construct: Construct, grant: iam.Grant): IDependable {
  const policies: IDependable = {};
  Dependable.implement(policies, {
    get dependencyRoots() {
      return Dependable.of(grant).dependencyRoots.filter(policy => Stack.of(policy) === Stack.of(construct) && !waitsFor(policy, construct));
    },
  });
  return policies;
}

/** Whether a construct, or a scope of it, was declared to depend on all of another construct, or on something that does. */
function waitsFor(dependent: IConstruct, construct: IConstruct, seen = new Set<IConstruct>()): boolean {
  if (seen.has(dependent)) return false;
  seen.add(dependent);
  return dependent.node.scopes
    .flatMap(scope => scope.node.dependencies)
    .some(dependency => construct.node.scopes.includes(dependency) || dependency.node.findAll().some(part => waitsFor(part, construct, seen)));
}
