import { describe } from '../basics/errors';
import { Context } from '../context';
import { rotationInFlight, takeInventory } from '../keys/inventory';
import { missingRegions } from '../proof/endpoints';
import { deliver } from '../rotation/delivery';
import { parseCredential } from '../secret/credential';
import { isCurrent, isDelivered, PENDING } from '../secret/labels';

/**
 * Takes a version back that servers were given by a deployment which failed: they get the current one again, if that is as
 * configured. Before any rotation goes on, because that one would give them another key.
 */
export async function recall(context: Context, requestId: string): Promise<void> {
  const { config, log } = context;
  const { keys, secret, versions } = await takeInventory(context);
  const current = versions.find(isCurrent);
  const credential = current && parseCredential(current.value, config.format);
  const hasKey = keys.some(({ active, id }) => active && id === credential?.username);
  const works = credential && hasKey && missingRegions(current.value, config).length === 0;
  const pending = rotationInFlight(secret);
  if (!works || !versions.some(version => version.id === pending && isDelivered(version))) return;
  log.warn('a rotation that did not come to its end has given servers its credential: they get the current one again');
  await context.versions.detach(PENDING, pending!);
  // A server that cannot take it does not keep the deployment from its end: the next rotation is for that one, too.
  await deliver(context, { token: requestId, version: current, credential })
    .catch(error => log.error('not every server has the current credential again', { error: describe(error) }));
}
