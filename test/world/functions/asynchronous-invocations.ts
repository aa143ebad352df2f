import { DeployedFunction, FunctionInvoker } from './deployed-functions';
import { Environment } from '../environment';

/** Seconds for which Lambda keeps an event, unless the function has a setting of its own. */
const MAXIMUM_EVENT_AGE = 21_600;

/** Lambda's queue, in which the events of EventBridge and CloudFormation wait for their functions. */
export class AsynchronousInvocations {
  /**
   * When the function gets an event, in milliseconds after it was sent: `[0]` once and at once, `[60_000]` late, `[0, 1000]` twice,
   * `[]` never. Lambda promises none of these.
   */
  public deliveries: (fn: DeployedFunction, event: unknown) => readonly number[] = onceAndAtOnce;

  constructor(private readonly environment: Environment, private readonly invoke: FunctionInvoker) {}

  /** Resolves when whatever is delivered at once has ended. What the function fails with is added to the failures. */
  public async send(fn: DeployedFunction, event: unknown, failures: unknown[]): Promise<void> {
    const deliver = async () => { await this.invoke(fn, event).catch(error => failures.push(error)); };
    const age = (fn.maximumEventAgeSeconds ?? MAXIMUM_EVENT_AGE) * 1000;
    const delays = this.deliveries(fn, event).filter(delay => delay <= age);
    for (const delay of delays.filter(late => late > 0)) this.environment.clock.after(delay, deliver);
    await Promise.all(delays.filter(delay => delay <= 0).map(deliver));
  }
}

function onceAndAtOnce(): number[] {
  return [0];
}
