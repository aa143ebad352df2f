import { AccessKey } from '../aws/access-keys';
import { PENDING, PREVIOUS, SecretDescription, SecretVersion, SecretVersions } from '../aws/secret-versions';
import { describe, isAwsError, RotationError } from '../basics/errors';
import { SECOND } from '../basics/time';
import { isGraceLabel, since } from '../keys/grace';
import { inFlight } from '../keys/inventory';
import { isCurrent, isNeeded, isReferenced } from '../keys/key-use';
import { deliver, isDelivered, isDeliveryLabel } from '../rotation/delivery';
import type { Rotation, Upkeep } from '../rotation/rotation';
import { parseDeliverable } from '../secret/credential';

/** The longest time from the last look of createSecret at its version to the key that it makes. */
export const LATE_KEY_TIME = 60 * SECOND;

/** What becomes of the user and the secret that the function has looked after until now. */
export interface Estate {
  /** The function that the secret was rotated with. */
  readonly functionArn: string;
  /** Since when: older keys of an imported user are not ours. */
  readonly since: number;
  /** Another user has taken this one's place, and its keys stand in the same secret from now on. */
  readonly secretStays: boolean;
  /** Another secret has taken this one's place, and has keys of the same user. */
  readonly userStays: boolean;
  /** The rotation of today, if another secret has taken this one's place. */
  readonly today?: Rotation;
}

interface Remains {
  /** Missing if somebody has deleted it. */
  readonly secret?: SecretDescription;
  /** The labelled versions that have a value. */
  readonly versions: SecretVersion[];
  readonly keys: AccessKey[];
}

/**
 * Ends a rotation that is under way, and deletes the keys that were made here: all of a user that is to be deleted as well, because
 * IAM refuses that while it has any. Servers that may hold one of them get the current credential first, if that remains.
 * It can run again: the secret's rotation is switched off last, and tells that the secret was ours.
 */
export async function windUp(rotation: Rotation, estate: Estate): Promise<void> {
  const remains = await find(rotation);
  const { secret } = remains;
  if (!secret?.rotationEnabled || secret.rotationFunctionArn !== estate.functionArn) return leaveSecret(rotation, estate, remains);
  const hasUnfinished = await dropPending(rotation, estate, remains);
  await deleteKeys(rotation, await handBack(rotation, estate, remains));
  if (!estate.secretStays) await rotation.versions.cancelRotation();
  if (hasUnfinished) await deleteLateKeys(rotation, estate, remains.keys);
  if (!estate.secretStays) await removeLabels(rotation);
}

/** Before another secret takes over: a version that is out of use must not take up a slot that the other one needs. */
export async function freeSlots(upkeep: Upkeep): Promise<void> {
  const { keys, versions } = await find(upkeep);
  const inUse = versions.filter(version => isNeeded(version) || isDelivered(version));
  await deleteKeys(upkeep, keys.filter(key => isReferenced(key, versions) && !isReferenced(key, inUse)));
}

/** Before another user takes over: a version that lost its last label with the next rotation would not tell of its key any more. */
export async function keepTrack(upkeep: Upkeep): Promise<void> {
  const { versions } = await readSecret(upkeep.versions);
  for (const version of versions.filter(candidate => !isNeeded(candidate))) await since(upkeep, version, 'unused');
}

/** Somebody deleted the secret, switched its rotation off or gave it to another function: what is in it is not ours any more. */
async function leaveSecret(rotation: Rotation, { userStays }: Estate, { keys }: Remains): Promise<void> {
  rotation.log.warn('the secret is not rotated by this function any more: it stays as it is');
  if (rotation.config.user.owned && !userStays) await deleteKeys(rotation, keys);
}

async function find({ keys, versions }: Upkeep): Promise<Remains> {
  return { keys: await unlessGone(keys.list()) ?? [], ...await readSecret(versions) };
}

async function readSecret(versions: SecretVersions): Promise<Omit<Remains, 'keys'>> {
  const secret = await unlessGone(versions.describe());
  const found = await Promise.all([...secret?.stages.keys() ?? []].map(async id => unlessGone(versions.get(id))));
  return { secret, versions: found.filter(version => version !== undefined) };
}

/** `InvalidRequest` is what Secrets Manager says of a secret that is marked for deletion. */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, 'NoSuchEntity', 'ResourceNotFound', 'InvalidRequest')) return undefined;
    throw error;
  }
}

/** No step goes on with a version that is not pending. Returns whether there was one. */
async function dropPending({ versions }: Rotation, { secretStays }: Estate, remains: Remains): Promise<boolean> {
  const id = remains.secret && inFlight(remains.secret);
  if (id === undefined) return false;
  const isTheirs = !remains.keys.some(key => isReferenced(key, remains.versions.filter(version => version.id === id)));
  if (secretStays && isTheirs) return false;
  await versions.detach(PENDING, id);
  return true;
}

/** The keys that have no use any more. */
async function doomedKeys({ config: { user } }: Rotation, estate: Estate, { keys, versions }: Remains): Promise<AccessKey[]> {
  if (user.owned && !estate.userStays) return keys;
  const pending = versions.filter(({ stages }) => stages.includes(PENDING));
  const ours = keys.filter(key => user.owned || key.createdAt >= estate.since || isReferenced(key, pending));
  const ofToday = estate.today ? (await readSecret(estate.today.versions)).versions : [];
  const kept = [...ofToday, ...versions.filter(version => estate.secretStays && isCurrent(version))];
  return ours.filter(key => isReferenced(key, versions) && !isReferenced(key, kept));
}

/**
 * Gives servers a credential that remains, if they may hold one whose key is doomed: a deployment has failed. Returns the keys that may
 * be deleted: not those that a server may still hold, unless their user is to be deleted.
 */
async function handBack(rotation: Rotation, estate: Estate, remains: Remains): Promise<AccessKey[]> {
  const doomed = await doomedKeys(rotation, estate, remains);
  const { today, userStays } = estate;
  const remaining = today ? await today.versions.getCurrent() : remainingVersion(remains, doomed);
  if (!remaining || isDoomed(remaining, doomed)) return doomed;
  // What the secret of today gave servers later than this one, they hold.
  const isLater = ({ createdAt }: SecretVersion) => !today || createdAt > remaining.createdAt;
  const held = remains.versions.filter(version => isDelivered(version) && version.id !== remaining.id && isLater(version));
  if (!held.some(version => isDoomed(version, doomed))) return doomed;
  try {
    await giveBack(today ?? rotation, remaining, remains);
    return doomed;
  } catch (error) {
    rotation.log.error('mail servers may hold a key that has no use any more', { error: describe(error) });
    return rotation.config.user.owned && !userStays ? doomed : doomed.filter(key => !isReferenced(key, held));
  }
}

/** The current version, or the one before it, as after a first deployment that failed: there may have been a credential before it. */
function remainingVersion({ keys, versions }: Remains, doomed: AccessKey[]): SecretVersion | undefined {
  const current = versions.find(isCurrent);
  if (current && !isDoomed(current, doomed)) return current;
  return versions.find(version => version.stages.includes(PREVIOUS)
    && keys.some(key => key.active && isReferenced(key, [version])) && !isDoomed(version, doomed));
}

async function giveBack(rotation: Rotation, version: SecretVersion, { versions }: Remains): Promise<void> {
  const credential = parseDeliverable(version.value, rotation.config.format);
  if (!credential) throw new RotationError('there is no current credential to give back', '535-everywhere');
  if (version.stages.includes(PREVIOUS)) await rotation.versions.makeCurrent(version.id, versions.find(isCurrent)?.id);
  await deliver(rotation, version, credential);
}

function isDoomed(version: SecretVersion, doomed: AccessKey[]): boolean {
  return doomed.some(key => isReferenced(key, [version]));
}

async function deleteKeys({ keys, log }: Upkeep, doomed: AccessKey[]): Promise<void> {
  for (const { id } of doomed) {
    await keys.delete(id);
    log.info('access key deleted', { accessKeyId: id });
  }
}

/** A step that was at work when the rotation ended may have made a key since, and stored it as pending. */
async function deleteLateKeys(rotation: Rotation, estate: Estate, known: AccessKey[]): Promise<void> {
  rotation.log.info('a step may still be at work: looking again in a minute');
  await rotation.clock.sleep(LATE_KEY_TIME);
  const remains = await find(rotation);
  await dropPending(rotation, estate, remains);
  const doomed = await doomedKeys(rotation, estate, remains);
  await deleteKeys(rotation, doomed.filter(({ id }) => known.every(key => key.id !== id)));
}

/** A secret that stays is left without what only a rotation needs. */
async function removeLabels({ versions }: Rotation): Promise<void> {
  for (const [id, stages] of await versions.stages()) {
    for (const label of stages.filter(stage => isDeliveryLabel(stage) || isGraceLabel(stage))) await versions.detach(label, id);
  }
}
