import { RotationError } from './basics/errors';
import { CloudFormationEvent, manageCredential } from './lifecycle/custom-resource';
import { revoke } from './lifecycle/revocation';
import { rotate, RotationEvent, Surroundings } from './rotation/rotation';
import { watch } from './watchdog/watchdog';
import { REVOKE_EVENT, RotationConfig, WATCHDOG_EVENT } from '../src/private/rotation-contract';

/** What the function can be called with. */
export type Invocation = RotationEvent | CloudFormationEvent | typeof WATCHDOG_EVENT | typeof REVOKE_EVENT;

/** Does what the function was called for, and refuses all else. */
export async function invoke(event: Invocation, config: RotationConfig, surroundings: Surroundings, remainingTime: number): Promise<unknown> {
  if ('Step' in event) return rotate(event, config, surroundings, remainingTime);
  if ('RequestType' in event) return manageCredential({ event, config, surroundings, end: surroundings.clock.now() + remainingTime });
  if (event.action === WATCHDOG_EVENT.action) return watch(config, surroundings, remainingTime);
  if (event.action === REVOKE_EVENT.action) return revoke(config, surroundings, remainingTime);
  // Not what it was called with: that could be sensitive.
  throw new RotationError('this function takes the steps of a rotation from Secrets Manager, the requests of its custom resource from CloudFormation, '
    + `${JSON.stringify(WATCHDOG_EVENT)} and ${JSON.stringify(REVOKE_EVENT)}, and nothing else`, 'a-call-that-the-function-does-not-know');
}
