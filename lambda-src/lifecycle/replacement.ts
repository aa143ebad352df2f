import { Context } from '../context';
import { deleteKey, isInUseNow } from '../keys/deletion';
import { markAgain } from '../keys/grace';
import { MAY_BE_GONE, readSecret, takeInventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { isInUse, isNeeded } from '../secret/labels';

/** Runs before another secret takes over. A version out of use must not take up a slot that the other secret needs. */
export async function prepareOtherSecret(context: Context): Promise<void> {
  const { keys, versions } = await takeInventory(context, MAY_BE_GONE);
  const inUse = versions.filter(isInUse);
  for (const key of keys.filter(candidate => isReferenced(candidate, versions) && !isReferenced(candidate, inUse))) {
    if (await deleteKey(context, key, isInUseNow)) context.log.info('access key deleted', { accessKeyId: key.id });
  }
}

/** Runs before another user takes over. A version that lost its last label in the next rotation would no longer refer to its key. */
export async function prepareOtherUser(context: Context): Promise<void> {
  const { versions } = await readSecret(context.versions, MAY_BE_GONE);
  for (const version of versions.filter(candidate => !isNeeded(candidate))) await markAgain(context, version);
}
