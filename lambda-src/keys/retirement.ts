import { forget, note, notedAt, since } from './grace';
import { Inventory } from './inventory';
import { isCurrent, isNeeded, isReferenced } from './key-use';
import { AccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { DAY, SECOND } from '../basics/time';
import { isDelivered } from '../rotation/delivery';
import type { Upkeep } from '../rotation/rotation';

/** How long a key stays inactive, so that somebody who missed it can make it active again. */
const INACTIVE_TIME = DAY;

/**
 * Takes keys back that nothing uses any more: inactive when their grace has ended, and deleted a day later. While mail
 * servers have not confirmed the current version, as after an import or an edit by hand, they may hold any other.
 */
export async function retireKeys(upkeep: Upkeep, { keys, versions }: Inventory): Promise<void> {
  if (upkeep.config.fleets.length > 0 && !versions.some(version => isCurrent(version) && isDelivered(version))) return;
  const inUse = versions.filter(isInUse);
  for (const version of versions) {
    const key = keys.find(candidate => isReferenced(candidate, [version]));
    if (!key || isReferenced(key, inUse)) await forget(upkeep, version);
    else if (key.active) await endGrace(upkeep, key, version);
    else await deleteInactive(upkeep, key, version);
  }
}

/** A mail server may hold what was once delivered, until all of them have confirmed another version. */
function isInUse(version: SecretVersion): boolean {
  return isNeeded(version) || isDelivered(version);
}

async function endGrace(upkeep: Upkeep, { id: accessKeyId }: AccessKey, version: SecretVersion): Promise<void> {
  const { clock, config, keys, log } = upkeep;
  const unusedSince = await graceBegan(upkeep, accessKeyId, version);
  if (clock.now() - unusedSince < config.gracePeriodSeconds * SECOND) return;
  if (!await isStillUnused(upkeep, accessKeyId, version)) return;
  await keys.deactivate(accessKeyId);
  log.info('previous access key deactivated', { accessKeyId });
  await note(upkeep, version, 'inactive');
}

async function graceBegan(upkeep: Upkeep, accessKeyId: string, version: SecretVersion): Promise<number> {
  if (notedAt(version, 'inactive') === undefined) return since(upkeep, version, 'unused');
  await forget(upkeep, version);
  upkeep.log.warn('access key was made active again: its grace begins anew', { accessKeyId });
  return note(upkeep, version, 'unused');
}

async function deleteInactive(upkeep: Upkeep, { id: accessKeyId }: AccessKey, version: SecretVersion): Promise<void> {
  const { clock, keys, log } = upkeep;
  const inactiveSince = await since(upkeep, version, 'inactive');
  if (clock.now() - inactiveSince < INACTIVE_TIME) return;
  if (!await isStillUnused(upkeep, accessKeyId, version)) return;
  await keys.delete(accessKeyId);
  log.info('previous access key deleted', { accessKeyId });
  await forget(upkeep, version);
}

/** Looks once more, just before: somebody may have put the version back into use meanwhile. */
async function isStillUnused({ versions }: Upkeep, accessKeyId: string, { id }: SecretVersion): Promise<boolean> {
  const version = await versions.get(id);
  const current = await versions.getCurrent();
  return version !== undefined && !isInUse(version) && current !== undefined && !current.value.reveal().includes(accessKeyId);
}
