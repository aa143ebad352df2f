import { AccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { BackOff, MINUTE, SECOND } from '../basics/time';
import { Context } from '../context';
import { deleteKey, isInOther } from '../keys/deletion';
import { missingRegions } from '../proof/endpoints';
import { parseCredential, parseDeliverable } from '../secret/credential';
import { CURRENT, isAppliedByServers, isCurrent, isDelivered, Labelled, labelledIn, PENDING } from '../secret/labels';

/** SES will not accept a key of this age that it still refuses. */
const LONGEST_PROPAGATION = 30 * MINUTE;

/** A version must have the label of the running rotation, or of the one that has just finished, which a retry can see. */
export function checkStages(token: string, version: Labelled): void {
  if (isAppliedByServers(version)) return;
  throw new RotationError(`version ${token} is neither ${PENDING} nor ${CURRENT}: this rotation was canceled or overtaken; `
    + 'nothing was changed; unless another rotation is running, rotate again', 'rotations-that-met');
}

/** The labels of a version after a wait. Someone may have canceled its rotation in the meantime. */
export async function checkAgain({ versions }: Context, token: string): Promise<Labelled> {
  const labelled = labelledIn(await versions.stages(), token);
  checkStages(token, labelled);
  return labelled;
}

/** The version of this rotation with its value. Waits briefly for a value that Secrets Manager does not show yet. */
export async function findVersion({ clock, end, random, versions }: Context, token: string): Promise<SecretVersion | undefined> {
  const backOff = new BackOff(clock, random, SECOND, 2 * SECOND);
  const version = await backOff.poll(Math.min(end, clock.now() + 5 * SECOND), async () => versions.get(token));
  if (version) checkStages(token, version);
  return version;
}

/** Why a version that has a value can never become a working credential; undefined if it can. */
export async function whyUnusable(context: Context, version: SecretVersion): Promise<string | undefined> {
  const { config } = context;
  const credential = parseCredential(version.value, config.format);
  if (!credential) return 'its value is not a credential in the configured format';
  const key = await findKey(context, credential.username);
  if (!key) return `its access key ${credential.username} no longer exists`;
  if (!key.active) return `its access key ${credential.username} is inactive`;
  const missing = missingRegions(version.value, config);
  return missing.length > 0 && !isCurrent(version) ? `it was not made for ${missing.join(' and ')}` : undefined;
}

/** Whether a credential has been refused for too long to be explained by the propagation of its key. */
export async function isPastPropagation(context: Context, accessKeyId: string): Promise<boolean> {
  const key = await findKey(context, accessKeyId);
  return !key || context.clock.now() - key.createdAt > LONGEST_PROPAGATION;
}

/**
 * Abandons a version that can never work. Otherwise every further rotation would be this one again. Its key is deleted
 * first, unless a mail server may hold it: after a crash in between, the version is still pending, and the retry
 * abandons it again.
 */
export async function abandonVersion(context: Context, { id, value }: SecretVersion, problem: string): Promise<never> {
  const { config: { format }, log, versions } = context;
  // Another caller may have given it to mail servers in the meantime.
  const labelled = labelledIn(await versions.stages(), id);
  if (isCurrent(labelled)) {
    throw new RotationError(`version ${id} is ${CURRENT} and cannot work: ${problem}; rotate again`, 'the-current-credential-is-missing');
  }
  const accessKeyId = parseDeliverable(value, format)?.username;
  if (accessKeyId && !isDelivered(labelled)) await deleteKey(context, { id: accessKeyId }, async (_, key) => isInOther(context, key, id));
  await versions.detach(PENDING, id);
  log.warn('pending version abandoned', { accessKeyId, error: problem });
  throw new RotationError(`version ${id} was abandoned and is no longer ${PENDING}: ${problem}; `
    + 'rotate again: the next rotation starts clean', 'an-abandoned-version');
}

/** Waits, because IAM may not list a new key at once. */
async function findKey({ clock, end, keys, random }: Context, accessKeyId: string): Promise<AccessKey | undefined> {
  const backOff = new BackOff(clock, random, 2 * SECOND, 8 * SECOND);
  const limit = Math.min(end, clock.now() + 20 * SECOND);
  return backOff.poll(limit, async () => (await keys.list()).find(({ id }) => id === accessKeyId));
}
