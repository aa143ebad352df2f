import { Annotations, Aws, Lazy, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, Dependable, IConstruct, IDependable } from 'constructs';

/** Stands for the six random characters that end a secret's ARN. */
const ANY_SUFFIX = '-??????';

/**
 * The secret's ARN for policies: complete, or with a pattern for the suffix where that cannot be known, which
 * is for a secret that was imported by its name and in stacks that cannot refer to the secret.
 */
export function secretArnPattern(secret: secretsmanager.ISecret): string {
  const { secretArn, secretFullArn } = secret;
  if (!secretFullArn) return `${secretArn}${ANY_SUFFIX}`;
  if (!Resource.isOwnedResource(secret)) return secretFullArn;
  return Lazy.uncachedString({ produce: context => isReference(context.resolve(secretArn)) ? secretFullArn : `${secretArn}${ANY_SUFFIX}` });
}

/** Where a stack cannot refer to the secret, as in another account, CDK joins an ARN from the secret's name. */
function isReference(resolved: unknown): boolean {
  return typeof resolved === 'object' && !('Fn::Join' in (resolved as object));
}

/**
 * Lets a principal use the secret's key through Secrets Manager and in no other way, on both sides:
 * in its own policy, for this secret only, and in the key's.
 */
export function grantKey(scope: Construct, secret: secretsmanager.ISecret, grantee: iam.IGrantable, actions: string[]): void {
  const key = secret.encryptionKey;
  if (!key) return;
  const viaSecretsManager = { 'kms:ViaService': `secretsmanager.${Stack.of(secret).region}.${Aws.URL_SUFFIX}` };
  iam.Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [key.keyArn],
    conditions: {
      StringEquals: viaSecretsManager,
      StringLike: { 'kms:EncryptionContext:SecretARN': secretArnPattern(secret) },
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
      'the policy of an imported encryption key cannot be changed here: it must allow the account to use the key through its IAM policies, '
      + `or these principals ${actions.join(' and ')} through Secrets Manager`);
  }
}

/**
 * The account of a role or user, as the statements of CDK's own Secret: what may use the key is up to their policies. A key policy
 * that named a role would make the key wait for the role, which may wait for the secret, in the same stack or in another one.
 */
function keyPrincipal(key: kms.IKey, grantee: iam.IGrantable): iam.IPrincipal {
  const { grantPrincipal } = grantee;
  const { principalAccount = Stack.of(key).account } = grantPrincipal;
  const isDefined = Construct.isConstruct(grantPrincipal) || Construct.isConstruct(grantee) || grantPrincipal instanceof iam.UnknownPrincipal;
  return isDefined ? new iam.AccountPrincipal(principalAccount) : grantPrincipal;
}

/**
 * The policies of a grant that can be in force before a construct is deployed: those of its own stack that are not to be
 * deployed after it. Which these are shows at synth.
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

/** Whether somebody declared that a construct, or what it is a part of, depends on all of another one, or on something that does. */
function waitsFor(dependent: IConstruct, construct: IConstruct, seen = new Set<IConstruct>()): boolean {
  if (seen.has(dependent)) return false;
  seen.add(dependent);
  return dependent.node.scopes
    .flatMap(scope => scope.node.dependencies)
    .some(dependency => construct.node.scopes.includes(dependency) || dependency.node.findAll().some(part => waitsFor(part, construct, seen)));
}
