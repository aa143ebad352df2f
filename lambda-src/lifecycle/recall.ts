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
 * Goes back from what a deployment has left that failed or was cancelled: ends its rotation, makes the version from before it current again
 * if it has promoted another one, and gives servers the current one again. A rotation would need the slot of the key from before.
 */
export async function recall(context: Context, requestId: string): Promise<void> {
  const found = await takeInventory(context);
  const inventory = await endUnsuitableRotation(context, found) ? await takeInventory(context) : found;
  const current = inventory.versions.find(isCurrent);
  // A rotation that goes on gives servers its own version.
  if (!current || rotationInFlight(inventory.secret)) return;
  const wanted = isAsConfigured(context, inventory, current) ? current : findFormer(context, inventory);
  // What cannot be taken back does not keep the deployment from its end: the next rotation is for that, too.
  if (wanted) await giveBack(context, requestId, inventory, wanted).catch(error => context.log.error('the state from before the deployment could not be restored', { error: describe(error) }));
}

/** An update that failed leaves no rotation unfinished: CloudFormation restores the schedule, which Secrets Manager would refuse. */
export async function endRotation(context: Context, deployment: Deployment): Promise<void> {
  const { secret, versions } = await takeInventory(context);
  checkNotSuperseded(secret.stages, deployment);
  const id = rotationInFlight(secret);
  if (id !== undefined) await giveUp(context, id, versions);
}

/** Its steps may be at work with another configuration than the present one. A rotation for another user ends with that user's keys. */
async function endUnsuitableRotation(context: Context, { keys, secret, versions }: Inventory): Promise<boolean> {
  const pending = versions.find(({ id }) => id === rotationInFlight(secret));
  if (!pending || isAsConfigured(context, { keys }, pending)) return false;
  if (!isDelivered(pending) && !keys.some(key => isReferenced(key, [pending]))) return false;
  await giveUp(context, pending.id, versions);
  return true;
}

/** Takes AWSPENDING from a version. If that has a value, its key gets a grace, as a server may be about to take it. */
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

/** First of all: servers of this library refuse a version that is not current. All of them had confirmed this one. */
async function promoteAgain(context: Context, version: SecretVersion, { versions }: Inventory): Promise<void> {
  await proveLogins(context, version, 1);
  await context.versions.makeCurrent(version.id, versions.find(isCurrent)?.id);
  context.log.warn('the version from before the deployment is current again');
}

/** No server holds these any more: without a label, nobody would know whose their keys are. */
async function keepLabelled(context: Context, held: SecretVersion[]): Promise<void> {
  const labels = await context.versions.stages();
  for (const version of held) await markOnce(context, { ...version, stages: labels.get(version.id) ?? [] }, 'unused');
}
