import { MAY_BE_GONE, readSecret } from './inventory';
import { isReferenced } from './key-use';
import { AccessKey } from '../aws/access-keys';
import { Context } from '../context';
import { isInUse } from '../secret/labels';

/** Checks at the last moment whether something needs a key. */
export type LastLook = (context: Context, key: Pick<AccessKey, 'id'>) => Promise<boolean>;

/**
 * Deletes a key unless a last check finds it in use, because someone may have put a version back into use since the
 * inventory. Nothing else in the function deletes a key. Returns whether the key was deleted.
 */
export async function deleteKey(context: Context, key: Pick<AccessKey, 'id'>, isUsed: LastLook): Promise<boolean> {
  if (await isUsed(context, key)) return false;
  await context.keys.delete(key.id);
  return true;
}

/** Whether AWSCURRENT refers to the key. */
export async function isInCurrent({ versions }: Context, key: Pick<AccessKey, 'id'>): Promise<boolean> {
  const current = await versions.getCurrent();
  return current !== undefined && isReferenced(key, [current]);
}

/** Whether a version that is needed, or that a mail server may hold, refers to the key. */
export async function isInUseNow(context: Context, key: Pick<AccessKey, 'id'>): Promise<boolean> {
  const { versions } = await readSecret(context.versions, MAY_BE_GONE);
  return isReferenced(key, versions.filter(isInUse));
}

/** Whether a version other than this one refers to the key, because a rotation can reuse the credential of another version. */
export async function isInOther({ versions }: Context, key: Pick<AccessKey, 'id'>, versionId: string): Promise<boolean> {
  const content = await readSecret(versions, {});
  return isReferenced(key, content.versions.filter(({ id }) => id !== versionId));
}
