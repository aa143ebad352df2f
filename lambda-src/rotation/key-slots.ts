import { deliver } from './delivery';
import { checkAgain } from './pending-version';
import { AccessKey, KEY_SLOTS } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { deleteKey, isInCurrent } from '../keys/deletion';
import { unmark } from '../keys/grace';
import { describeUse, findHold, outOfUseSince, revokeCall } from '../keys/hold';
import { Inventory } from '../keys/inventory';
import { currentKey, isOwnKey, isReferenced } from '../keys/key-use';
import { LoginRefusedError } from '../proof/endpoint-proof';
import { parseDeliverable } from '../secret/credential';
import { CURRENT, isCurrent, isNeeded } from '../secret/labels';

/** Deletes the rotation's own keys that no version refers to, and returns the others. */
export async function deleteLeftOvers(context: Context, inventory: Inventory): Promise<AccessKey[]> {
  const { keys, versions } = inventory;
  const leftOvers = keys.filter(key => isOwnKey(context.config, key, inventory) && !isReferenced(key, versions));
  for (const key of leftOvers) {
    await deleteUnlessCurrent(context, key);
    context.log.warn('deleted an access key that no version refers to', { accessKeyId: key.id });
  }
  return keys.filter(key => !leftOvers.includes(key));
}

/** Makes room for a new key: deletes that of a version which is neither current nor pending, once no server can hold it. */
export async function freeSlot(context: Context, token: string, inventory: Inventory, held: SecretVersion[]): Promise<void> {
  const { keys: { userName }, log } = context;
  const { keys, versions } = inventory;
  if (keys.length < KEY_SLOTS) return;
  const foreign = keys.find(key => !isReferenced(key, versions));
  if (foreign) throw new RotationError(foreignKeyMessage(userName, foreign.id), 'stray-key');
  const spare = findSpare(inventory);
  if (!spare) throw new RotationError(noSlotMessage(userName, keys), 'limitexceeded');
  await checkNotUsed(context, inventory, spare);
  if (isReferenced(spare, held)) await deliverCurrent(context, token, inventory, spare);
  await deleteUnlessCurrent(context, spare);
  log.info('previous access key deleted', { accessKeyId: spare.id });
  for (const version of versions.filter(candidate => isReferenced(spare, [candidate]))) await unmark(context, version);
}

/** The key that must make room for another one. */
export function findSpare({ keys, versions }: Inventory): AccessKey | undefined {
  return keys.find(key => !isReferenced(key, versions.filter(isNeeded)));
}

/** If the current key is inactive or deleted, as after a leak, mail is refused already, and only a new key helps. */
async function checkNotUsed(context: Context, inventory: Inventory, spare: AccessKey): Promise<void> {
  if (!currentKey(inventory)?.active) return;
  const hold = await findHold(context, spare, outOfUseSince(spare, inventory.versions));
  if (!hold) return;
  throw new RotationError(`the rotation needs the slot of access key ${spare.id}, which is still in use: ${describeUse(hold)}; mail continues with the current credential; `
    + `give the key's user that one, or end the key with ${revokeCall(hold)}; the rotation continues when the key is no longer used, `
    + `or at ${new Date(hold.until).toISOString()}`, 'a-key-is-still-used');
}

/** Someone may have put the version back into use in the meantime. */
async function deleteUnlessCurrent(context: Context, key: AccessKey): Promise<void> {
  if (await deleteKey(context, key, isInCurrent)) return;
  throw new RotationError(`access key ${key.id} became ${CURRENT} just before it would have been deleted, so it was kept; wait for the retry, which checks again`,
    'rotations-that-met');
}

/**
 * Gives every server the current credential, because one may hold another: a rotation was canceled while it changed servers,
 * someone edited the secret by hand, or it was imported from a rotation that promoted before servers had changed.
 */
async function deliverCurrent(context: Context, token: string, { versions }: Inventory, { id }: AccessKey): Promise<void> {
  const version = versions.find(isCurrent);
  const credential = version && parseDeliverable(version.value, context.config.format);
  if (!credential) {
    throw new RotationError(`mail servers may hold access key ${id}, and ${CURRENT} has no credential in the configured format to give them `
      + 'instead; put one there by hand, or delete the key if no server uses it, then rotate again', 'the-current-credential-cannot-replace-another-one');
  }
  context.log.warn('mail servers may hold a credential that is not current: they get the current one first', { accessKeyId: id });
  try {
    await deliver(context, { token, version, credential });
    // The servers may have needed minutes.
    await checkAgain(context, token);
  } catch (cause) {
    if (!(cause instanceof LoginRefusedError)) throw cause;
    throw new RotationError(`mail servers may hold access key ${id}, and the ${CURRENT} credential cannot replace it: ${cause.message}; `
      + 'put one that works there by hand; if the endpoint was changed, change it back until a rotation has succeeded; or delete the key if no server uses it, then rotate again',
    'the-current-credential-cannot-replace-another-one', { cause });
  }
}

function foreignKeyMessage(userName: string, id: string): string {
  return `user "${userName}" has two access keys already, and no version of this secret refers to ${id}, so the function does not delete it; `
    + `if nothing uses it, delete it and rotate again: aws iam delete-access-key --user-name ${userName} --access-key-id ${id}`;
}

function noSlotMessage(userName: string, present: AccessKey[]): string {
  return `both access keys of user "${userName}" (${present.map(({ id }) => id).join(', ')}) are in use by this secret; `
    + 'delete the one that no mail server uses, then rotate again';
}
