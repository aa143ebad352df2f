import { KEY_SLOTS } from '../aws/access-keys';
import { Context } from '../context';
import { findUse, holdBy, outOfUseSince } from '../keys/hold';
import { Inventory, rotationInFlight } from '../keys/inventory';
import { findSpare } from '../rotation/key-slots';
import { startRotation } from '../rotation/start-rotation';

/** Starts the rotation that waited for a key's slot, once nothing holds the key. Secrets Manager's own retries may have run out. */
export async function resumeRotation(context: Context, inventory: Inventory): Promise<void> {
  const { keys, secret, versions } = inventory;
  const waiting = rotationInFlight(secret);
  if (!waiting || !secret.rotationEnabled || keys.length < KEY_SLOTS || versions.some(({ id }) => id === waiting)) return;
  const spare = findSpare(inventory);
  const since = spare && outOfUseSince(spare, versions);
  if (!spare || since === undefined) return;
  const lastUse = await findUse(context, spare, since);
  // A rotation whose key nobody used stopped for another reason.
  if (!lastUse || holdBy(context, spare, since, lastUse)) return;
  await startRotation(context);
}
