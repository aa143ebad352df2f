import { AccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { Context } from '../context';
import { Inventory, MAY_BE_GONE, readSecret } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { isCurrent, isPending } from '../secret/labels';

/** What a teardown deletes, and what it keeps. */
export interface TeardownScope {
  /** The function that rotated the secret. */
  readonly functionArn: string;
  /** The time before which keys of an imported user are not from this rotation. */
  readonly since: number;
  /** Whether another user has replaced this one, with keys in the same secret. */
  readonly secretStays: boolean;
  /** Whether another secret has replaced this one, with keys of the same user. */
  readonly userStays: boolean;
  /** The call for the user and the secret of today, if another secret has replaced this one. */
  readonly today?: Context;
  /** Whether an update to this user or secret failed. It has ended the rotation, and a step may still be running. */
  readonly hasFailed: boolean;
  /** The request of CloudFormation. */
  readonly requestId: string;
}

/** Whether all keys are deleted, because IAM does not delete a user that has any. */
export function userGoes({ config: { user } }: Context, { userStays }: TeardownScope): boolean {
  return user.owned && !userStays;
}

/** The keys that are no longer in use. */
export async function keysToDelete(context: Context, scope: TeardownScope, { keys, versions }: Inventory): Promise<AccessKey[]> {
  if (userGoes(context, scope)) return keys;
  const pending = versions.filter(isPending);
  const ours = keys.filter(key => context.config.user.owned || key.createdAt >= scope.since || isReferenced(key, pending));
  const remaining = await remainingVersions(context, scope);
  return ours.filter(key => isReferenced(key, versions) && !isReferenced(key, remaining));
}

/** Whether a remaining version refers to the key. Then the teardown keeps it, unless its user is deleted. */
export async function isKept(context: Context, scope: TeardownScope, key: Pick<AccessKey, 'id'>): Promise<boolean> {
  return !userGoes(context, scope) && isReferenced(key, await remainingVersions(context, scope));
}

/** The versions of today's secret, or the current version of a secret that stays. */
async function remainingVersions({ versions: former }: Context, { secretStays, today }: TeardownScope): Promise<SecretVersion[]> {
  if (today) return (await readSecret(today.versions, MAY_BE_GONE)).versions;
  return secretStays ? (await readSecret(former, MAY_BE_GONE)).versions.filter(isCurrent) : [];
}
