import { releaseAll } from './delivery';
import { checkStages, findVersion, Rotation } from './rotation';
import { CURRENT } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { forget } from '../keys/grace';
import { takeInventory } from '../keys/inventory';
import { retireKeys } from '../keys/retirement';
import { parseCredential } from '../secret/credential';

/**
 * Promotes the new credential. The previous key goes on working until the watchdog ends its grace, or the next rotation
 * needs its slot; without a grace it ends here.
 * AWSPENDING stays where it is: Secrets Manager takes it away when the rotation has ended.
 */
export async function finishSecret(rotation: Rotation): Promise<void> {
  const { config, log, token, versions } = rotation;
  const version = await findVersion(rotation);
  const credential = version && parseCredential(version.value, config.format);
  if (!credential) throw new RotationError(`version ${token} holds no credential and must not become ${CURRENT}; the next attempt makes one`, 'stuck-rotation');
  const stages = await versions.stages();
  // Once more, as late as can be: a rotation that was overtaken must not promote a key that is about to go.
  checkStages(token, stages.get(token));
  const [present, labels = []] = [...stages].find(([, candidates]) => candidates.includes(CURRENT)) ?? [];
  if (present !== token) {
    // It was out of use before, and somebody made it current again: its grace begins anew.
    if (present) await forget(rotation, { id: present, stages: labels });
    await versions.makeCurrent(token, present);
    log.info('credential promoted', { accessKeyId: credential.username });
  }
  if (config.fleets.length === 0) await releaseAll(rotation, stages);
  if (config.gracePeriodSeconds === 0) await retireKeys(rotation, await takeInventory(rotation));
}
