import { checkNotSuperseded, Deployment } from './deployment';
import { SecretVersion } from '../aws/secret-versions';
import { describe } from '../basics/errors';
import { Context } from '../context';
import { markOnce } from '../keys/grace';
import { Inventory, rotationInFlight, takeInventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { proveLogins } from '../proof/login-proof';
import { deliver } from '../rotation/delivery';
import { findFormer, isAsConfigured } from '../rotation/suitability';
import { parseCredential } from '../secret/credential';
import { isCurrent, isDelivered, PENDING } from '../secret/labels';

/**
 * Undoes what a failed or canceled deployment left behind: ends its rotation, makes the former version current again if the deployment has
 * promoted another one, and gives servers the current one again. A rotation instead would need the slot of the former key.
 */
export async function recall(context: Context, requestId: string): Promise<void> {
  const found = await takeInventory(context);
  const inventory = await endUnsuitableRotation(context, found) ? await takeInventory(context) : found;
  const current = inventory.versions.find(isCurrent);
  // A running rotation gives servers its own version.
  if (!current || rotationInFlight(inventory.secret)) return;
  const wanted = isAsConfigured(context, inventory, current) ? current : findFormer(context, inventory);
  // An error does not fail the deployment: the next rotation also repairs the state.
  if (wanted) await giveBack(context, requestId, inventory, wanted).catch(error => context.log.error('the state from before the deployment could not be restored', { error: describe(error) }));
}

/** Ends a failed update's rotation, because Secrets Manager would refuse to restore the schedule while it is unfinished. */
export async function endRotation(context: Context, deployment: Deployment): Promise<void> {
  const { secret, versions } = await takeInventory(context);
  checkNotSuperseded(secret.stages, deployment);
  const id = rotationInFlight(secret);
  if (id !== undefined) await giveUp(context, id, versions);
}

/** Its steps may still run with another configuration. A rotation for another user ends when that user's keys are deleted. */
async function endUnsuitableRotation(context: Context, { keys, secret, versions }: Inventory): Promise<boolean> {
  const pending = versions.find(({ id }) => id === rotationInFlight(secret));
  if (!pending || isAsConfigured(context, { keys }, pending)) return false;
  if (!isDelivered(pending) && !keys.some(key => isReferenced(key, [pending]))) return false;
  await giveUp(context, pending.id, versions);
  return true;
}

/** Removes AWSPENDING from a version. If the version has a value, its key gets a grace period, because a server may be about to apply it. */
async function giveUp(context: Context, id: string, versions: SecretVersion[]): Promise<void> {
  const version = versions.find(candidate => candidate.id === id);
  if (version) await markOnce(context, version, 'unused');
  await context.versions.detach(PENDING, id);
  context.log.warn('ended a rotation that a deployment left unfinished');
}

async function giveBack(context: Context, requestId: string, inventory: Inventory, version: SecretVersion): Promise<void> {
  const { config, log } = context;
  if (!isCurrent(version)) await promoteAgain(context, version, inventory);
  const held = inventory.versions.filter(other => other.id !== version.id && isDelivered(other) && !isAsConfigured(context, inventory, other));
  if (config.fleets.length === 0 || (isCurrent(version) && held.length === 0)) return;
  log.warn('servers may hold a credential that is not as configured: they get the current one again');
  await deliver(context, { token: requestId, version, credential: parseCredential(version.value, config.format)! });
  await keepLabelled(context, held);
}

/** Comes first, because documents of this library reject a version that is not current. All servers had confirmed this one. */
async function promoteAgain(context: Context, version: SecretVersion, { versions }: Inventory): Promise<void> {
  await proveLogins(context, version, 1);
  await context.versions.makeCurrent(version.id, versions.find(isCurrent)?.id);
  context.log.warn('the version from before the deployment is current again');
}

/** No server holds these versions anymore. Without a label, their keys could not be attributed. */
async function keepLabelled(context: Context, held: SecretVersion[]): Promise<void> {
  const labels = await context.versions.stages();
  for (const version of held) await markOnce(context, { ...version, stages: labels.get(version.id) ?? [] }, 'unused');
}
