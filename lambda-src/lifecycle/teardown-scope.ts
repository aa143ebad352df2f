import { AccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { Context } from '../context';
import { Inventory, MAY_BE_GONE, readSecret } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { isCurrent, isPending } from '../secret/labels';

/** What a teardown takes away, and what it leaves. */
export interface TeardownScope {
  /** The function that the secret was rotated with. */
  readonly functionArn: string;
  /** Since when: older keys of an imported user are not ours. */
  readonly since: number;
  /** Another user has taken this one's place, and its keys stand in the same secret from now on. */
  readonly secretStays: boolean;
  /** Another secret has taken this one's place, and has keys of the same user. */
  readonly userStays: boolean;
  /** The call with the user and the secret of today, if another secret has taken this one's place. */
  readonly today?: Context;
  /** Whether an update to this user or secret failed: it has ended the rotation, and a step may still be at work. */
  readonly hasFailed: boolean;
  /** The request of CloudFormation. */
  readonly requestId: string;
}

/** Whether all keys go, because IAM does not delete a user that has any. */
export function userGoes({ config: { user } }: Context, { userStays }: TeardownScope): boolean {
  return user.owned && !userStays;
}

/** The keys that have no use any more. */
export async function keysToDelete(context: Context, scope: TeardownScope, { keys, versions }: Inventory): Promise<AccessKey[]> {
  if (userGoes(context, scope)) return keys;
  const pending = versions.filter(isPending);
  const ours = keys.filter(key => context.config.user.owned || key.createdAt >= scope.since || isReferenced(key, pending));
  const remaining = await remainingVersions(context, scope);
  return ours.filter(key => isReferenced(key, versions) && !isReferenced(key, remaining));
}

/** Whether a version that remains has the key: then it is not for the teardown to delete, unless its user goes. */
export async function isKept(context: Context, scope: TeardownScope, key: Pick<AccessKey, 'id'>): Promise<boolean> {
  return !userGoes(context, scope) && isReferenced(key, await remainingVersions(context, scope));
}

/** Those of the secret of today, or the current one of a secret that stays. */
async function remainingVersions({ versions: former }: Context, { secretStays, today }: TeardownScope): Promise<SecretVersion[]> {
  if (today) return (await readSecret(today.versions, MAY_BE_GONE)).versions;
  return secretStays ? (await readSecret(former, MAY_BE_GONE)).versions.filter(isCurrent) : [];
}
