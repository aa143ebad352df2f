import { attachDeliveryLabel, releaseDead } from './delivery';
import { deleteLeftOvers, freeSlot } from './key-slots';
import { storeNewCredential } from './new-credential';
import { abandonVersion, checkStages, findVersion, whyUnusable } from './pending-version';
import { findReusable } from './suitability';
import { KEY_SLOTS } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { unmark } from '../keys/grace';
import { Inventory, Reading, readSecret, takeInventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { logsInEverywhere } from '../proof/login-proof';
import { isCurrent, isDelivered, labelledIn } from '../secret/labels';

/** Fills the pending version with a new credential, once. */
export async function createSecret(context: Context, token: string): Promise<void> {
  const inventory = await takeSettledInventory(context, token);
  const pending = findFilled(inventory, token);
  if (pending) await abandonIfUnusable(context, pending);
  const keys = await deleteLeftOvers(context, inventory);
  await releaseDead(context, inventory);
  const held = await labelHeldVersions(context, token, inventory);
  if (pending) return;
  const reusable = keys.length < KEY_SLOTS ? undefined : findReusable(context, { ...inventory, keys });
  if (reusable && await logsInEverywhere(context, reusable)) return takeUpAgain(context, token, reusable);
  await freeSlot(context, token, { ...inventory, keys }, held);
  await storeNewCredential(context, token, inventory.versions.find(isCurrent));
}

/** CloudFormation rotates when it restores a schedule. That must not cost the credential that a rollback restores. */
async function takeUpAgain(context: Context, token: string, version: SecretVersion): Promise<void> {
  await context.versions.putPending(token, version.value);
  await unmark(context, version);
  context.log.warn(`the credential of version ${version.id} is as configured, and the current one is not: the rotation reuses it`);
}

/** All labeled versions must have a value, except the one that this rotation fills. */
async function takeSettledInventory(context: Context, token: string): Promise<Inventory> {
  const reading: Reading = {
    onSecret: ({ stages }) => checkStages(token, labelledIn(stages, token)),
    onUnreadable: (id, labels) => checkMayBeEmpty(id, labels, token),
  };
  const inventory = await takeInventory(context, reading);
  const isSettled = inventory.keys.every(key => isReferenced(key, inventory.versions));
  return isSettled ? inventory : waitAndReadAgain(context, token, inventory, reading);
}

/** A key may be in a value that is not visible yet, or that another caller is storing. It must not count as left over. */
async function waitAndReadAgain(context: Context, token: string, { keys }: Inventory, reading: Reading): Promise<Inventory> {
  await findVersion(context, token);
  return { keys, ...await readSecret(context.versions, reading) };
}

/** The key of a version that cannot be read at this moment must not count as left over. */
function checkMayBeEmpty(versionId: string, labels: string[], token: string): void {
  if (versionId === token && mayBeEmpty(labels)) return;
  throw new RotationError(`version ${versionId} has a staging label, but its value cannot be read; wait for the retry, which reads it again`, 'rotations-that-met');
}

/** A version that was promoted or delivered has a value. Filling it again would lose the key in it, which may be in use. */
function mayBeEmpty(stages: string[]): boolean {
  return !isCurrent({ stages }) && !isDelivered({ stages });
}

function findFilled({ versions }: Inventory, token: string): SecretVersion | undefined {
  return versions.find(({ id }) => id === token);
}

/** A stored value can never be replaced, so a version that cannot work must make way for the next rotation. */
async function abandonIfUnusable(context: Context, pending: SecretVersion): Promise<void> {
  const problem = await whyUnusable(context, pending);
  if (problem) await abandonVersion(context, pending, problem);
  context.log.info('found the credential that an earlier attempt stored');
}

/**
 * Returns the versions that a mail server may hold. If none was delivered yet, as after an import, that is every version whose
 * key exists. These are labeled too, because a delivery that stops halfway must not look as if servers had held none before.
 */
async function labelHeldVersions(context: Context, token: string, { keys, versions }: Inventory): Promise<SecretVersion[]> {
  const delivered = versions.filter(isDelivered);
  if (delivered.length > 0 || context.config.fleets.length === 0) return delivered;
  const usable = versions.filter(version => version.id !== token && keys.some(key => isReferenced(key, [version])));
  // The current version last: its label means that the other versions are labeled already.
  for (const { id } of [...usable].sort((a, b) => Number(isCurrent(a)) - Number(isCurrent(b)))) await attachDeliveryLabel(context.versions, id);
  return usable;
}
