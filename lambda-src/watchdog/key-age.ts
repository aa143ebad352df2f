import { AccessKey } from '../aws/access-keys';
import { SecretDescription } from '../aws/secret-versions';
import { HOUR, SECOND } from '../basics/time';
import { Context } from '../context';
import { Inventory } from '../keys/inventory';
import { currentKey } from '../keys/key-use';

/** Secrets Manager retries a failed rotation for a while, and a push to many servers takes time. */
export const ROTATION_TIME = 6 * HOUR;

/**
 * The age at which a key has missed its rotation, in milliseconds. The date of the next rotation decides, because a schedule may be
 * newer than the key, unless the last rotation has left the key in place.
 */
export function allowedAge({ config }: Context, { rotatedAt = 0, rotationDueAt = Infinity }: SecretDescription, { createdAt }: AccessKey): number {
  const byDate = rotationDueAt + ROTATION_TIME - createdAt;
  const byInterval = (config.maxAgeSeconds ?? Infinity) * SECOND;
  const wasLeftInPlace = rotatedAt - createdAt > ROTATION_TIME;
  return byDate === Infinity || wasLeftInPlace ? Math.min(byDate, byInterval) : byDate;
}

/** Logs how old the current key is, and how old it may get: figures for a chart, from what the watchdog reads anyway. */
export function logAge(context: Context, inventory: Inventory): void {
  const { clock, log } = context;
  const key = currentKey(inventory);
  if (!key) return;
  const allowed = allowedAge(context, inventory.secret, key);
  log.info('age of the current access key', {
    accessKeyId: key.id,
    ageSeconds: Math.round((clock.now() - key.createdAt) / SECOND),
    // If the schedule has no interval and Secrets Manager reports no next rotation, any age is allowed.
    allowedAgeSeconds: allowed === Infinity ? undefined : Math.round(allowed / SECOND),
  });
}
