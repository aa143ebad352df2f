import { createHash } from 'crypto';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

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
