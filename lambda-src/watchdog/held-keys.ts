import { Problem } from './problem';
import { RotationError } from '../basics/errors';
import { DAY, SECOND } from '../basics/time';
import { Context } from '../context';
import { describeUse, Hold, revokeCall } from '../keys/hold';
import { Inventory, rotationInFlight } from '../keys/inventory';

/** How long before the next rotation a hold becomes a problem, if that is less than a quarter of the interval. */
const LONGEST_NOTICE = 3 * DAY;

/** A hold is a problem once a rotation needs the key's slot, or soon will. Reported earlier, it would hide other problems. */
export function checkHolds(context: Context, { secret }: Inventory, holds: Hold[]): Problem {
  const { rotationDueAt = Infinity } = secret;
  const hold = holds.find(({ until }) => until > rotationDueAt);
  const isDue = context.clock.now() >= rotationDueAt - notice(context);
  const blocking = rotationInFlight(secret) ? holds[0] : isDue && hold;
  if (!blocking) return undefined;
  return new RotationError(`access key ${blocking.accessKeyId} should be retired, because a rotation needs its slot, but it is still in use: ${describeUse(blocking)}; `
    + `give its user the current credential, or end the key with ${revokeCall(blocking)}`, 'a-key-is-still-used');
}

/** `maxAgeSeconds` is a day longer than the interval. */
function notice({ config: { maxAgeSeconds = Infinity } }: Context): number {
  return Math.min(LONGEST_NOTICE, (maxAgeSeconds * SECOND - DAY) / 4);
}
