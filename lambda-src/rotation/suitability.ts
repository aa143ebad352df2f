import { SecretVersion } from '../aws/secret-versions';
import { Context } from '../context';
import { LONGEST_DEPLOYMENT } from '../keys/grace';
import { Inventory } from '../keys/inventory';
import { currentKey } from '../keys/key-use';
import { missingRegions } from '../proof/endpoints';
import { parseCredential } from '../secret/credential';
import { isCurrent, isDelivered, isPrevious } from '../secret/labels';

/** Whether a version holds an active key of the configured user, in the configured format, with a password for every configured region. */
export function isAsConfigured({ config }: Context, { keys }: Pick<Inventory, 'keys'>, { value }: SecretVersion): boolean {
  const credential = parseCredential(value, config.format);
  const hasKey = keys.some(({ active, id }) => active && id === credential?.username);
  return hasKey && missingRegions(value, config).length === 0;
}

/** The version before the current one, if a deployment that is no longer in force has just replaced it. */
export function findFormer(context: Context, inventory: Inventory): SecretVersion | undefined {
  const current = inventory.versions.find(isCurrent);
  if (!current || context.clock.now() - current.createdAt > LONGEST_DEPLOYMENT) return undefined;
  return inventory.versions.find(version => isPrevious(version) && isAsConfigured(context, inventory, version));
}

/**
 * The version whose credential a rotation reuses, because the current one works but is not as configured. It is the version from before a
 * deployment that was rolled back, or one that mail servers may hold because a deployment stopped halfway. A new key would take its slot.
 */
export function findReusable(context: Context, inventory: Inventory): SecretVersion | undefined {
  const { versions } = inventory;
  const current = versions.find(isCurrent);
  // If the current key was revoked or deleted, the rotation creates a new one.
  if (!current || !currentKey(inventory)?.active || isAsConfigured(context, inventory, current)) return undefined;
  const delivered = versions.find(version => isDelivered(version) && isAsConfigured(context, inventory, version));
  return delivered ?? findFormer(context, inventory);
}
