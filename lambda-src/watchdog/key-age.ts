import { ROTATION_TIME } from './checks';
import { SECOND } from '../basics/time';
import { Context } from '../context';
import { Inventory } from '../keys/inventory';
import { currentKey } from '../keys/key-use';

/** Writes down how old the current key is, and how old it may get: figures for a chart, out of what the watchdog knows anyway. */
export function logAge({ clock, config, log }: Context, inventory: Inventory): void {
  const key = currentKey(inventory);
  if (!key) return;
  const { maxAgeSeconds = Infinity } = config;
  const { rotationDueAt = Infinity } = inventory.secret;
  const allowedAgeSeconds = Math.min(maxAgeSeconds, Math.round((rotationDueAt + ROTATION_TIME - key.createdAt) / SECOND));
  log.info('age of the current access key', {
    accessKeyId: key.id,
    ageSeconds: Math.round((clock.now() - key.createdAt) / SECOND),
    // A schedule without an interval, whose next rotation Secrets Manager does not tell either, allows any.
    allowedAgeSeconds: allowedAgeSeconds === Infinity ? undefined : allowedAgeSeconds,
  });
}
