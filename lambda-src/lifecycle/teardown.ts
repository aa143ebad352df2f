import { redeliver } from './redelivery';
import { isKept, keysToDelete, TeardownScope, userGoes } from './teardown-scope';
import { AccessKey } from '../aws/access-keys';
import { Context, LATE_KEY_TIME } from '../context';
import { deleteKey } from '../keys/deletion';
import { Inventory, MAY_BE_GONE, rotationInFlight, takeInventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { isOwnLabel, PENDING } from '../secret/labels';

/**
 * Ends a running rotation, and deletes the keys that were created here. If the user is deleted as well, that is all of its keys, because
 * IAM does not delete a user that has any. Servers that may hold one of them get the current credential first, if that remains.
 * It can run again: it disables the secret's rotation last, and until then the rotation shows that the secret belongs to this function.
 */
export async function tearDown(context: Context, scope: TeardownScope): Promise<void> {
  const inventory = await takeInventory(context, MAY_BE_GONE);
  const { rotationEnabled, rotationFunctionArn } = inventory.secret;
  if (!rotationEnabled || rotationFunctionArn !== scope.functionArn) return leaveSecret(context, scope, inventory);
  const wasUnfinished = await detachPending(context, scope, inventory);
  await deleteKeys(context, scope, await redeliver(context, scope, inventory));
  if (!scope.secretStays) await context.versions.cancelRotation();
  if (wasUnfinished || scope.hasFailed) await deleteLateKeys(context, scope, inventory.keys);
  if (!scope.secretStays) await removeLabels(context);
}

/** Someone deleted the secret, disabled its rotation or gave it to another function, so its content is left alone. */
async function leaveSecret(context: Context, scope: TeardownScope, { keys }: Inventory): Promise<void> {
  context.log.warn('this function no longer rotates the secret, so the secret stays as it is');
  if (userGoes(context, scope)) await deleteKeys(context, scope, keys);
}

/** Removes AWSPENDING, so that no step continues with the version. Returns whether there was a pending version. */
async function detachPending(context: Context, { secretStays }: TeardownScope, { keys, secret, versions }: Inventory): Promise<boolean> {
  const id = rotationInFlight(secret);
  if (id === undefined) return false;
  const isOfOtherUser = !keys.some(key => isReferenced(key, versions.filter(version => version.id === id)));
  if (secretStays && isOfOtherUser) return false;
  await context.versions.detach(PENDING, id);
  return true;
}

async function deleteKeys(context: Context, scope: TeardownScope, keys: AccessKey[]): Promise<void> {
  for (const key of keys) {
    const isGone = await deleteKey(context, key, async () => isKept(context, scope, key));
    if (isGone) context.log.info('access key deleted', { accessKeyId: key.id });
  }
}

/** A step that was still running when the rotation ended may have created a key since, and stored it as pending. */
async function deleteLateKeys(context: Context, scope: TeardownScope, known: AccessKey[]): Promise<void> {
  context.log.info('a step may still be running: checking again in a minute');
  await context.clock.sleep(LATE_KEY_TIME);
  const inventory = await takeInventory(context, MAY_BE_GONE);
  await detachPending(context, scope, inventory);
  const keys = await keysToDelete(context, scope, inventory);
  await deleteKeys(context, scope, keys.filter(({ id }) => known.every(key => key.id !== id)));
}

/** Removes the labels that only a rotation needs from a secret that stays. */
async function removeLabels({ versions }: Context): Promise<void> {
  for (const [id, stages] of await versions.stages()) await versions.detachAll(stages.filter(isOwnLabel), id);
}
