import { createHash } from 'crypto';
import { CfnElement, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, Dependable, IConstruct, IDependable } from 'constructs';

/** A role, user or group. */
type Identity = iam.IIdentity & Construct;

/**
 * A policy of a principal for what one rotation grants, and nothing else. The first rotation waits for it. The principal's default policy
 * may name what waits for the rotation itself.
 *
 * Undefined if the principal takes no policies, or is in another stack, for which no resource of this stack can wait.
 */
export function readPolicy(rotation: Construct, { grantPrincipal }: iam.IGrantable): iam.Policy | undefined {
  if (!isIdentity(grantPrincipal) || Stack.of(grantPrincipal) !== Stack.of(rotation)) return undefined;
  const id = `ReadSesSmtpCredential${createHash('sha256').update(rotation.node.path).digest('hex').slice(0, 8)}`;
  const existing = grantPrincipal.node.tryFindChild(id);
  if (existing) return existing as iam.Policy;
  const policy = new iam.Policy(grantPrincipal, id);
  grantPrincipal.attachInlinePolicy(policy);
  if (isAttached(policy)) return policy;
  grantPrincipal.node.tryRemoveChild(id);
  return undefined;
}

function isIdentity(principal: iam.IPrincipal): principal is Identity {
  return Construct.isConstruct(principal) && 'attachInlinePolicy' in principal;
}

/** A role that is managed elsewhere takes no policy, and does not report that. */
function isAttached(policy: iam.Policy): boolean {
  const { groups, roles, users } = policy.node.defaultChild as iam.CfnPolicy;
  return Object.values(Stack.of(policy).resolve({ groups, roles, users }) as object).length > 0;
}

/** A policy if it can take effect before a construct is deployed, because it need not wait for that. This is known only at synthesis. */
export function unlessWaiting(policy: iam.Policy, construct: Construct): IDependable {
  const policies: IDependable = {};
  let isLooking = false;
  Dependable.implement(policies, {
    get dependencyRoots() {
      // Two rotations with a reader that waits for the other one ask each other.
      if (isLooking) return [];
      isLooking = true;
      const isWaiting = [policy, ...namedBy(policy.node.scope!)].some(part => waitsFor(part, construct));
      isLooking = false;
      return isWaiting ? [] : [policy];
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

/** What a role itself names: in its inline policies, which exist before the role does, in its trust policy, and in policies that it has. */
function namedBy({ node: { defaultChild } }: IConstruct): CfnElement[] {
  if (!(defaultChild instanceof iam.CfnRole)) return [];
  const stack = Stack.of(defaultChild);
  const { assumeRolePolicyDocument, managedPolicyArns, permissionsBoundary, policies } = defaultChild;
  const text = JSON.stringify(stack.resolve([assumeRolePolicyDocument, managedPolicyArns, permissionsBoundary, policies]));
  const names = new Set([...text.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(([, name]) => name));
  const elements = stack.node.findAll().filter(CfnElement.isCfnElement);
  return elements.filter(({ logicalId }) => names.has(stack.resolve(logicalId) as string));
}
