import { RotationError } from './basics/errors';
import { createContext, Dependencies, LambdaContext } from './context';
import { CloudFormationEvent } from './lifecycle/cloudformation-event';
import { manageCredential } from './lifecycle/custom-resource';
import { revoke, RevokeEvent } from './lifecycle/revocation';
import { rotate, RotationEvent } from './rotation/rotation';
import { watch } from './watchdog/watchdog';
import { RotationConfig, REVOKE_EVENT, WATCHDOG_EVENT } from '../src/private/rotation-contract';

/** What the function can be called with. */
export type Invocation = RotationEvent | CloudFormationEvent | typeof WATCHDOG_EVENT | RevokeEvent;

/** Does what the event asks for, and rejects every other event. */
export async function invoke(payload: Invocation, config: RotationConfig, dependencies: Dependencies, lambda: LambdaContext): Promise<unknown> {
  const context = createContext(config, dependencies, lambda);
  // A caller can send any JSON, even a string or null.
  const event = Object(payload) as Invocation;
  if ('Step' in event) return rotate(event, { ...context, hasNextStep: true });
  if ('RequestType' in event) return manageCredential(event, context);
  if (event.action === WATCHDOG_EVENT.action) return watch(context);
  if (event.action === REVOKE_EVENT.action) return revoke(context, event);
  // The message does not quote the event, which could be sensitive.
  throw new RotationError('this function accepts only the steps of a rotation from Secrets Manager, the requests of its custom resource from CloudFormation, '
    + `${JSON.stringify(WATCHDOG_EVENT)} and ${JSON.stringify(REVOKE_EVENT)}; call it with one of these`, 'a-call-that-the-function-does-not-know');
}
