import { MAY_BE_GONE, readSecret } from './inventory';
import { isReferenced } from './key-use';
import { AccessKey } from '../aws/access-keys';
import { Context } from '../context';
import { isInUse } from '../secret/labels';

/** Looks whether something needs a key, at the last moment. */
export type LastLook = (context: Context, key: Pick<AccessKey, 'id'>) => Promise<boolean>;

/**
 * Deletes a key unless a last look finds it in use: between an inventory and this moment, somebody may have put a version
 * back into use. Nothing else in the function deletes a key. Returns whether the key is gone.
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

/** Whether a version refers to the key that is needed, or that a mail server may hold. */
export async function isInUseNow(context: Context, key: Pick<AccessKey, 'id'>): Promise<boolean> {
  const { versions } = await readSecret(context.versions, MAY_BE_GONE);
  return isReferenced(key, versions.filter(isInUse));
}

/** Whether a version refers to the key besides this one, which took up again what another one holds. */
export async function isInOther({ versions }: Context, key: Pick<AccessKey, 'id'>, versionId: string): Promise<boolean> {
  const content = await readSecret(versions, {});
  return isReferenced(key, content.versions.filter(({ id }) => id !== versionId));
}
