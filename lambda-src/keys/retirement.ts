import { deleteKey } from './deletion';
import { LONGEST_DEPLOYMENT, mark, markOnce, unmark } from './grace';
import { describeUse, findHold, Hold, outOfUseSince } from './hold';
import { Inventory } from './inventory';
import { currentKey, isReferenced } from './key-use';
import { AccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { DAY, SECOND } from '../basics/time';
import { Context } from '../context';
import { graceMoment, isCurrent, isDelivered, isInUse } from '../secret/labels';

/** How long a key stays inactive before it is deleted, so that someone who still needs it can reactivate it. */
const INACTIVE_TIME = DAY;

/**
 * Retires keys that nothing uses: deactivates them when their grace period has ended, and deletes them a day later. Until mail
 * servers have confirmed the current version, as after an import or an edit by hand, they may hold any other version. Returns what
 * keeps keys beyond their grace period.
 */
export async function retireKeys(context: Context, inventory: Inventory): Promise<Hold[]> {
  const { keys, versions } = inventory;
  if (context.config.fleets.length > 0 && !versions.some(version => isCurrent(version) && isDelivered(version))) return [];
  const inUse = versions.filter(isInUse);
  const holds: (Hold | undefined)[] = [];
  for (const version of versions) {
    const key = keys.find(candidate => isReferenced(candidate, [version]));
    if (!key) await forget(context, inventory, version);
    else if (isReferenced(key, inUse)) await unmark(context, version);
    else if (key.active) holds.push(await deactivateAfterGrace(context, key, version, versions));
    else await deleteInactive(context, key, version);
  }
  return holds.filter(hold => hold !== undefined);
}

/** Removes the marks from a version without a key. While another user takes over, the former user may still have the key, and get it back. */
async function forget(context: Context, inventory: Inventory, version: SecretVersion): Promise<void> {
  const marked = Math.max(graceMoment(version, 'unused') ?? 0, graceMoment(version, 'inactive') ?? 0);
  if (currentKey(inventory) && context.clock.now() - marked >= LONGEST_DEPLOYMENT) await unmark(context, version);
}

async function deactivateAfterGrace(context: Context, key: AccessKey, version: SecretVersion, all: SecretVersion[]): Promise<Hold | undefined> {
  const { keys, log } = context;
  const accessKeyId = key.id;
  if (!isGraceOver(context, await ensureGraceBegan(context, key, version))) return undefined;
  const hold = await findHold(context, key, outOfUseSince(key, all));
  if (hold) {
    log.warn(`previous access key stays active: ${describeUse(hold)}`, { accessKeyId });
    return hold;
  }
  if (await isNeededAgain(context, key, version)) return undefined;
  await keys.deactivate(accessKeyId);
  log.info('previous access key deactivated', { accessKeyId });
  await mark(context, version, 'inactive');
  return undefined;
}

/** Returns when the version went out of use. If no label records that, it is now. */
async function ensureGraceBegan(context: Context, { id: accessKeyId }: AccessKey, version: SecretVersion): Promise<number> {
  if (graceMoment(version, 'inactive') === undefined) return markOnce(context, version, 'unused');
  await unmark(context, version);
  context.log.warn('access key was reactivated: its grace period starts again', { accessKeyId });
  return mark(context, version, 'unused');
}

function isGraceOver({ clock, config }: Context, unusedSince: number): boolean {
  return clock.now() - unusedSince >= config.gracePeriodSeconds * SECOND;
}

async function deleteInactive(context: Context, key: AccessKey, version: SecretVersion): Promise<void> {
  if (!isInactiveTimeOver(context, await markOnce(context, version, 'inactive'))) return;
  if (!await deleteKey(context, key, async () => isNeededAgain(context, key, version))) return;
  context.log.info('previous access key deleted', { accessKeyId: key.id });
  await unmark(context, version);
}

function isInactiveTimeOver({ clock }: Context, inactiveSince: number): boolean {
  return clock.now() - inactiveSince >= INACTIVE_TIME;
}

/** Whether someone has put the version back into use in the meantime. A version that cannot be read may be in use. */
async function isNeededAgain({ versions }: Context, key: AccessKey, { id }: SecretVersion): Promise<boolean> {
  const version = await versions.get(id);
  const current = await versions.getCurrent();
  return version === undefined || isInUse(version) || current === undefined || isReferenced(key, [current]);
}
