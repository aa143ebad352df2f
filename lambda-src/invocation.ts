import { RotationError } from './errors';
import { rotate, RotationEvent, Surroundings } from './rotation';
import { watch } from './watchdog';
import { RotationConfig, WATCHDOG_EVENT } from '../src/rotation-contract';

/** What the function can be called with. */
export type Invocation = RotationEvent | typeof WATCHDOG_EVENT;

/** Does what the function was called for, and refuses all else. */
export async function invoke(event: Invocation, config: RotationConfig, surroundings: Surroundings, remainingTime: number): Promise<void> {
  if ('Step' in event) return rotate(event, config, surroundings, remainingTime);
  if (event.action === WATCHDOG_EVENT.action) return watch(config, surroundings, remainingTime);
  // Not what it was called with: that could be sensitive.
  throw new RotationError(`this function takes the steps of a rotation from Secrets Manager, or ${JSON.stringify(WATCHDOG_EVENT)}, and nothing else`,
    'a-call-that-the-function-does-not-know');
}
