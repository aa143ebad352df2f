import { isDeliveryLabel } from './delivery';
import type { Rotation } from './rotation';
import { CURRENT, PENDING, SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { BackOff, MINUTE, SECOND } from '../basics/time';
import { missingRegions } from '../proof/endpoints';
import { parseCredential, parseDeliverable } from '../secret/credential';

/** A key of this age that SES still refuses will not be accepted any more. */
const HOPELESS_AGE = 30 * MINUTE;

/** Why a version that has a value can never become a working credential; undefined if it can. */
export async function whyUnusable(rotation: Rotation, { value, stages }: SecretVersion): Promise<string | undefined> {
  const { config } = rotation;
  const credential = parseCredential(value, config.format);
  if (!credential) return 'its value is not a credential in the configured format';
  const key = await findKey(rotation, credential.username);
  if (!key) return `its access key ${credential.username} no longer exists`;
  if (!key.active) return `its access key ${credential.username} is inactive`;
  const missing = missingRegions(value, config);
  return missing.length > 0 && !stages.includes(CURRENT) ? `it was not made for ${missing.join(' and ')}` : undefined;
}

/** Whether a refused credential has had so much time that it is the credential, and not the propagation of its key. */
export async function isHopeless(rotation: Rotation, accessKeyId: string): Promise<boolean> {
  const key = await findKey(rotation, accessKeyId);
  return !key || rotation.clock.now() - key.createdAt > HOPELESS_AGE;
}

/**
 * Gives a version up that can never work. Without that, every further rotation would be this one again.
 * Its key goes first, unless a mail server may hold it: after a crash in between, the version is still
 * pending and is given up again.
 */
export async function abandonVersion(rotation: Rotation, version: SecretVersion, problem: string): Promise<never> {
  const { config: { format }, keys, log, versions } = rotation;
  const { id, value } = version;
  // Another caller may have handed it to mail servers meanwhile.
  const stages = new Set((await versions.stages()).get(id));
  if (stages.has(CURRENT)) {
    throw new RotationError(`version ${id} is ${CURRENT} and cannot work: ${problem}; start a new rotation`, '535-everywhere');
  }
  const accessKeyId = parseDeliverable(value, format)?.username;
  const current = await versions.getCurrent();
  const inUse = [...stages].some(isDeliveryLabel) || (accessKeyId !== undefined && current?.value.reveal().includes(accessKeyId));
  if (accessKeyId && !inUse) await keys.delete(accessKeyId);
  await versions.detach(PENDING, id);
  log.warn('pending version given up', { accessKeyId, error: problem });
  throw new RotationError(`version ${id} was given up and is no longer ${PENDING}: ${problem}; `
    + 'mail servers keep the current credential, and the next rotation starts clean', 'stuck-rotation');
}

/** IAM may not list a key at once that was created a moment ago. */
async function findKey({ keys, clock, random, deadline }: Rotation, accessKeyId: string) {
  const backOff = new BackOff(clock, random, 2 * SECOND, 8 * SECOND);
  const limit = Math.min(deadline, clock.now() + 20 * SECOND);
  return backOff.poll(limit, async () => (await keys.list()).find(({ id }) => id === accessKeyId));
}
