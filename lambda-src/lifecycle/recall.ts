import { PENDING } from '../aws/secret-versions';
import { describe } from '../basics/errors';
import { inFlight, takeInventory } from '../keys/inventory';
import { isCurrent } from '../keys/key-use';
import { missingRegions } from '../proof/endpoints';
import { deliver, isDelivered } from '../rotation/delivery';
import type { Rotation } from '../rotation/rotation';
import { parseCredential } from '../secret/credential';

/**
 * Takes a version back that servers were given by a deployment which failed: they get the current one again, if that is as
 * configured. Before any rotation goes on, because that one would give them another key.
 */
export async function recall(rotation: Rotation): Promise<void> {
  const { config, log, versions } = rotation;
  const { keys, secret, versions: labelled } = await takeInventory(rotation);
  const current = labelled.find(isCurrent);
  const credential = current && parseCredential(current.value, config.format);
  const hasKey = keys.some(({ active, id }) => active && id === credential?.username);
  const works = credential && hasKey && missingRegions(current.value, config).length === 0;
  const pending = inFlight(secret);
  if (!works || !labelled.some(version => version.id === pending && isDelivered(version))) return;
  log.warn('a rotation that did not come to its end has given servers its credential: they get the current one again');
  await versions.detach(PENDING, pending!);
  // A server that cannot take it does not keep the deployment from its end: the next rotation is for that one, too.
  await deliver(rotation, current, credential)
    .catch(error => log.error('not every server has the current credential again', { error: describe(error) }));
}
