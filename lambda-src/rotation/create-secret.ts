import { attachLabel, deliver, isDelivered, isDeliveryLabel } from './delivery';
import { abandonVersion, whyUnusable } from './pending-version';
import { checkStages, findVersion, Rotation } from './rotation';
import { AccessKey, KEY_SLOTS, NewAccessKey } from '../aws/access-keys';
import { CURRENT, SecretVersion } from '../aws/secret-versions';
import { UnreachableError } from '../aws/unreachable';
import { describe, isAwsError, RotationError } from '../basics/errors';
import { BackOff, SECOND } from '../basics/time';
import { isCurrent, isNeeded, isOurs, isReferenced } from '../keys/key-use';
import { LoginRefusedError } from '../proof/endpoint-proof';
import { formatCredential, parseDeliverable } from '../secret/credential';
import { smtpPassword } from '../smtp/password';

/** Fills the pending version with a new credential, once. */
export async function createSecret(rotation: Rotation): Promise<void> {
  const { keys, token } = rotation;
  // Keys first: one that another caller makes from now on cannot be taken for a left-over.
  const present = await keys.list();
  let secret = await readSecret(rotation);
  if (present.some(key => !isReferenced(key, secret.versions))) {
    // The key may stand in a value that does not show yet, or that another caller stores just now: it must not be taken for a left-over.
    await findVersion(rotation);
    secret = await readSecret(rotation);
  }
  const pending = secret.versions.find(({ id }) => id === token);
  if (pending) await checkPending(rotation, pending);
  const leftOvers = present.filter(key => isLeftOver(rotation, key, secret));
  await removeLeftOvers(rotation, leftOvers);
  const held = await findHeld(rotation, present, secret.versions);
  if (pending) return;
  await freeSlot(rotation, present.filter(key => !leftOvers.includes(key)), secret.versions, held);
  await storeNewCredential(rotation, secret.versions.find(version => version.stages.includes(CURRENT)));
}

interface LabelledVersions {
  readonly createdAt: number;
  readonly versions: SecretVersion[];
}

/** The labelled versions that have a value: all of them, but for the one that is to be filled. */
async function readSecret({ token, versions }: Rotation): Promise<LabelledVersions> {
  const { createdAt, stages } = await versions.describe();
  checkStages(token, stages.get(token));
  const found = await Promise.all([...stages].map(async ([id, labels]) => {
    const version = await versions.get(id);
    // One that cannot be read this instant must not make its key look like a left-over.
    if (!version && !mayBeEmpty(id === token, labels)) throw new RotationError(unreadableMessage(id), 'rotations-that-met');
    return version;
  }));
  return { createdAt, versions: found.filter(version => version !== undefined) };
}

/** A version that was promoted or delivered has a value, and filling it once more would cost somebody the key in it. */
function mayBeEmpty(isPending: boolean, stages: string[]): boolean {
  return isPending && !stages.includes(CURRENT) && !stages.some(isDeliveryLabel);
}

/** A value that was stored can never be replaced: one that cannot work must make way for the next rotation. */
async function checkPending(rotation: Rotation, pending: SecretVersion): Promise<void> {
  const problem = await whyUnusable(rotation, pending);
  if (problem) await abandonVersion(rotation, pending, problem);
  rotation.log.info('credential found that an earlier attempt stored');
}

function isLeftOver({ config }: Rotation, key: AccessKey, secret: LabelledVersions): boolean {
  return isOurs(config, key, secret) && !isReferenced(key, secret.versions);
}

async function removeLeftOvers({ keys, log }: Rotation, leftOvers: AccessKey[]): Promise<void> {
  for (const { id } of leftOvers) {
    await keys.delete(id);
    log.warn('access key deleted that no version refers to', { accessKeyId: id });
  }
}

/**
 * The versions that a mail server may hold. Before any was given to them, as after an import, that is each whose key
 * exists: these are labelled as well, because a delivery that stops half-way must not look as if it had begun with none.
 */
async function findHeld({ config, token, versions }: Rotation, present: AccessKey[], labelled: SecretVersion[]): Promise<SecretVersion[]> {
  const delivered = labelled.filter(isDelivered);
  if (delivered.length > 0 || config.fleets.length === 0) return delivered;
  const usable = labelled.filter(version => version.id !== token && present.some(key => isReferenced(key, [version])));
  // The current one last: whoever finds its label takes the others for confirmed.
  for (const { id } of [...usable].sort((a, b) => Number(isCurrent(a)) - Number(isCurrent(b)))) await attachLabel(versions, id);
  return usable;
}

/** Makes room for a new key: that of a version which is neither current nor pending goes, once no server can hold it. */
async function freeSlot(rotation: Rotation, present: AccessKey[], labelled: SecretVersion[], held: SecretVersion[]): Promise<void> {
  const { keys, log } = rotation;
  if (present.length < KEY_SLOTS) return;
  const foreign = present.find(key => !isReferenced(key, labelled));
  if (foreign) throw new RotationError(foreignKeyMessage(keys.userName, foreign.id), 'stray-key');
  const spare = present.find(key => !isReferenced(key, labelled.filter(isNeeded)));
  if (!spare) throw new RotationError(noSlotMessage(keys.userName, present), 'limitexceeded');
  if (isReferenced(spare, held)) await deliverCurrent(rotation, labelled, spare);
  await checkNotCurrent(rotation, spare);
  await keys.delete(spare.id);
  log.info('previous access key deleted', { accessKeyId: spare.id });
}

/** Somebody may have put the version back into use meanwhile. */
async function checkNotCurrent({ versions }: Rotation, key: AccessKey): Promise<void> {
  const current = await versions.getCurrent();
  if (!current || !isReferenced(key, [current])) return;
  throw new RotationError(`access key ${key.id} became ${CURRENT} while its slot was to be freed; nothing was changed, the next attempt looks again`,
    'rotations-that-met');
}

/**
 * Hands the current credential to every server, because one may hold another: a rotation was cancelled while it changed
 * servers, the secret was edited by hand, or it was imported from somebody who promoted before servers had changed.
 */
async function deliverCurrent(rotation: Rotation, labelled: SecretVersion[], { id }: AccessKey): Promise<void> {
  const current = labelled.find(({ stages }) => stages.includes(CURRENT));
  const credential = current && parseDeliverable(current.value, rotation.config.format);
  if (!credential) {
    throw new RotationError(`mail servers may hold access key ${id}, and ${CURRENT} has no credential in the configured format to give them `
      + 'instead; put one there by hand, or delete the key if no server uses it, then rotate again', '535-everywhere');
  }
  rotation.log.warn('mail servers may hold a credential that is not current: they get the current one first', { accessKeyId: id });
  try {
    await deliver(rotation, current, credential);
  } catch (cause) {
    if (!(cause instanceof LoginRefusedError)) throw cause;
    throw new RotationError(`mail servers may hold access key ${id}, and the ${CURRENT} credential cannot replace it: ${cause.message}; `
      + 'put one that works there by hand; if the endpoint was changed, change it back until a rotation has succeeded; or delete the key if no server uses it, then rotate again', '535-everywhere', { cause });
  }
}

async function storeNewCredential(rotation: Rotation, current: SecretVersion | undefined): Promise<void> {
  const { config, log, token, versions } = rotation;
  const key = await createKey(rotation);
  log.info('access key created', { accessKeyId: key.id });
  const value = formatCredential(key.id, region => smtpPassword(key.secret, region), config, current?.value);
  try {
    await versions.putPending(token, value);
  } catch (cause) {
    await discardUnlessStored(rotation, key, cause);
  }
  log.info('credential stored', { accessKeyId: key.id });
}

/** Tries again only after what says that no key was made, as IAM may not know yet of a slot that was freed a moment ago. */
async function createKey({ clock, deadline, keys, random }: Rotation): Promise<NewAccessKey> {
  const backOff = new BackOff(clock, random, 2 * SECOND, 8 * SECOND);
  const limit = Math.min(deadline, clock.now() + 20 * SECOND);
  for (;;) {
    try {
      return await keys.create();
    } catch (error) {
      const madeNoKey = error instanceof UnreachableError || isAwsError((error as RotationError).cause, 'LimitExceeded', 'Throttling');
      if (!madeNoKey || !await backOff.waitUntil(limit)) throw error;
    }
  }
}

/** A value whose acknowledgement was lost may be there. A key that is in no version is in use nowhere. */
async function discardUnlessStored(rotation: Rotation, { id }: NewAccessKey, cause: unknown): Promise<void> {
  const { keys, token } = rotation;
  const stored = await findVersion(rotation);
  if (stored?.value.reveal().includes(id)) return;
  await keys.delete(id);
  throw new RotationError(`the credential of access key ${id} could not be stored as version ${token}: ${describe(cause)}; `
    + 'the key was deleted, the next attempt makes another one or goes on with the value that is there', 'another-error-of-aws', { cause });
}

function unreadableMessage(id: string): string {
  return `version ${id} has a staging label and no value that can be read; the next attempt reads it again`;
}

function foreignKeyMessage(userName: string, id: string): string {
  return `both access keys of user "${userName}" are taken, and no version of this secret refers to ${id}, so it is not ours to delete; `
    + `if nothing uses it: aws iam delete-access-key --user-name ${userName} --access-key-id ${id}`;
}

function noSlotMessage(userName: string, present: AccessKey[]): string {
  return `both access keys of user "${userName}" (${present.map(({ id }) => id).join(', ')}) are in use by this secret; `
    + 'delete the one that no mail server uses, then rotate again';
}
