import { completeDelivery, releaseAll } from './delivery';
import { checkStages, findVersion } from './pending-version';
import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { unmark } from '../keys/grace';
import { takeInventory } from '../keys/inventory';
import { retireKeys } from '../keys/retirement';
import { Credential, parseCredential } from '../secret/credential';
import { CURRENT, holderOf, isCurrent, labelledIn } from '../secret/labels';

/**
 * Promotes the new credential. The previous key keeps working until the watchdog ends its grace period, or the next rotation
 * needs its slot. Without a grace period, it is deactivated here.
 * AWSPENDING stays where it is: Secrets Manager removes it when the rotation has ended.
 */
export async function finishSecret(context: Context, token: string): Promise<void> {
  const { config, versions } = context;
  const version = await findVersion(context, token);
  const credential = version && parseCredential(version.value, config.format);
  if (!credential) throw new RotationError(`version ${token} holds no credential and must not become ${CURRENT}; wait for the retry, which makes one, or rotate now`, 'stuck-rotation');
  const stages = await completeDelivery(context, { token, version, credential });
  // Checked again, as late as possible: a rotation that was overtaken must not promote a key that is about to be deleted.
  checkStages(token, labelledIn(stages, token));
  await promote(context, token, credential, stages);
  if (config.fleets.length === 0) await releaseAll(versions, stages);
  if (config.gracePeriodSeconds === 0) await retireKeys(context, await takeInventory(context));
}

async function promote(context: Context, token: string, { username }: Credential, stages: Map<string, string[]>): Promise<void> {
  const present = holderOf(stages, isCurrent);
  if (present === token) return;
  // If it was out of use before and someone made it current again, its grace period starts anew.
  if (present) await unmark(context, { id: present, ...labelledIn(stages, present) });
  await context.versions.makeCurrent(token, present);
  context.log.info('credential promoted', { accessKeyId: username });
}
