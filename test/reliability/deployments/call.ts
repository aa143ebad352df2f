import { Invocation as FunctionEvent } from '../../../lambda-src/invocation';
import { RotationConfig, WATCHDOG_EVENT } from '../../../src/private/rotation-contract';
import { CustomResourceRequest } from '../../world';
import { RunningInvocation } from '../running-invocation';

/** One run of a function, with the configuration that it started with. */
export class Call extends RunningInvocation {
  /** Something went wrong in it that was not its doing. */
  public disturbed = false;

  constructor(number: number, public readonly event: FunctionEvent, public readonly config: RotationConfig, public readonly roleKey: string) {
    super(number, nameOf(event));
  }

  /** What CloudFormation asks for. */
  public get request(): CustomResourceRequest | undefined {
    return requestIn(this.event);
  }
}

export function nameOf(event: FunctionEvent): string {
  if ('Step' in event) return event.Step;
  if ('RequestType' in event) return event.RequestType;
  return event.action === WATCHDOG_EVENT.action ? 'watchdog' : event.action;
}

export function requestIn(event: FunctionEvent): CustomResourceRequest | undefined {
  return 'RequestType' in event ? event as unknown as CustomResourceRequest : undefined;
}
