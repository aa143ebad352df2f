import { keysToDelete, TeardownScope, userGoes } from './teardown-scope';
import { AccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { describe, RotationError } from '../basics/errors';
import { DAY } from '../basics/time';
import { Context } from '../context';
import { FleetVerdict } from '../fleet/answers';
import { giveBackFormer } from '../fleet/former-construct';
import { Inventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { deliver, throwIfAnyFailed } from '../rotation/delivery';
import { mentionsAccessKey, parseDeliverable } from '../secret/credential';
import { isCurrent, isDelivered, isPrevious } from '../secret/labels';

/**
 * Gives servers a credential that remains, if a failed deployment gave them one whose key will be deleted. Returns the keys that may be
 * deleted: all except those that a server may still hold, or all if their user will be deleted.
 */
export async function redeliver(context: Context, scope: TeardownScope, inventory: Inventory): Promise<AccessKey[]> {
  const leaving = await keysToDelete(context, scope, inventory);
  const { today } = scope;
  const remaining = today ? await today.versions.getCurrent() : findRemaining(inventory, leaving);
  if (!remaining || isAmong(leaving, remaining)) {
    await leaveToFormer(context, scope, inventory).catch(error => context.log.error('mail servers may hold a key that will be deleted', { error: describe(error) }));
    return leaving;
  }
  // If today's secret gave servers a version later than this one did, they hold that.
  const isLater = ({ createdAt }: SecretVersion) => !today || createdAt > remaining.createdAt;
  const held = inventory.versions.filter(version => isDelivered(version) && version.id !== remaining.id && isLater(version));
  if (!held.some(version => isAmong(leaving, version))) return leaving;
  try {
    await giveBack(context, scope, remaining, inventory);
    return leaving;
  } catch (error) {
    context.log.error('mail servers may hold a key that is no longer in use', { error: describe(error) });
    return userGoes(context, scope) ? leaving : leaving.filter(key => !isReferenced(key, held));
  }
}

/** Servers get what the former construct gave them, or else what remains. */
async function giveBack(context: Context, scope: TeardownScope, remaining: SecretVersion, inventory: Inventory): Promise<void> {
  const isBack = !mentionsAccessKey(remaining.value) && await leaveToFormer(context, scope, inventory);
  return isBack ? undefined : deliverAgain(scope.today ?? context, scope, remaining, inventory);
}

/**
 * For a new construct that is deleted because a deployment failed that gave it another id, or that made another stack for the same servers.
 * The former construct remains, and does not notice. Returns whether there was one.
 */
async function leaveToFormer(context: Context, { requestId }: TeardownScope, { secret, versions }: Inventory): Promise<boolean> {
  const { clock, config } = context;
  const version = versions.find(isDelivered);
  const credential = version && parseDeliverable(version.value, config.format);
  if (!credential || clock.now() - secret.createdAt > DAY) return false;
  const verdicts: FleetVerdict[] = [];
  for (const fleet of config.fleets) {
    const verdict = await giveBackFormer(context, { token: requestId, version, credential, givenUp: new Map() }, fleet);
    if (verdict) verdicts.push(verdict);
  }
  throwIfAnyFailed(verdicts);
  return verdicts.length > 0;
}

/** The current version, or the previous one, as after a failed first deployment of an imported credential. */
function findRemaining({ keys, versions }: Inventory, leaving: AccessKey[]): SecretVersion | undefined {
  const current = versions.find(isCurrent);
  if (current && !isAmong(leaving, current)) return current;
  return versions.find(version => isPrevious(version) && keys.some(key => key.active && isReferenced(key, [version])) && !isAmong(leaving, version));
}

async function deliverAgain(context: Context, { requestId }: TeardownScope, version: SecretVersion, { versions }: Inventory): Promise<void> {
  const credential = parseDeliverable(version.value, context.config.format);
  if (!credential) throw new RotationError('the secret holds no current credential to give to mail servers; put a working one there by hand', 'the-current-credential-is-missing');
  if (isPrevious(version)) await context.versions.makeCurrent(version.id, versions.find(isCurrent)?.id);
  await deliver(context, { token: requestId, version, credential });
}

function isAmong(keys: AccessKey[], version: SecretVersion): boolean {
  return keys.some(key => isReferenced(key, [version]));
}
