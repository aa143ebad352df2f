import { learnFrom } from './comparison';
import { Names } from './names';
import { Sequence, Service, Step } from './sequence';
import { Scenario } from '../lambda-src/scenario';
import { ApiCall, FunctionInvoker, Interceptor, RotationEvent } from '../world';

/**
 * Writes down which calls to Secrets Manager and IAM a scenario makes, and what Secrets Manager does in between.
 * A call of which only the reply was lost is one that was made.
 */
export class Recorder {
  /** What goes wrong on the way to the services: what they never saw is not written down. */
  public fault?: Interceptor;

  private readonly steps: Step[] = [];
  private readonly names = new Names();
  private readonly setup: Pick<Sequence, 'secrets' | 'users'>;
  private rotations = 0;
  private actor = 'by hand';

  constructor({ secretArn, userName, world }: Scenario) {
    const { name, arn, versions } = world.secretsManager.secret(secretArn);
    this.names.learnSecret(arn);
    for (const id of versions.keys()) this.names.learnVersion(id);
    this.setup = { secrets: [{ name, value: world.secretsManager.valueOf(arn) }], users: [userName] };
    world.intercept = async (call, proceed) => this.pass(call, async () => this.record(call, proceed));
    if (world.functionInvoker) world.functionInvoker = this.observing(world.functionInvoker);
  }

  public sequence(name: string): Sequence {
    return { name, ...this.setup, steps: this.steps };
  }

  private async pass(call: ApiCall, proceed: () => Promise<unknown>): Promise<unknown> {
    return this.fault ? this.fault(call, proceed) : proceed();
  }

  private async record(call: ApiCall, proceed: () => Promise<unknown>): Promise<unknown> {
    const { service, action, input } = call;
    if (service !== 'iam' && service !== 'secretsmanager') return proceed();
    const written = { service: service as Service, action, input: this.names.named(input) };
    const actor = this.actor;
    try {
      const output = await proceed();
      learnFrom(output as object ?? {}, call, this.names);
      this.steps.push({ label: this.label(actor, action), ...written, recorded: {} });
      return output;
    } catch (error) {
      this.steps.push({ label: this.label(actor, action), ...written, recorded: { error: (error as Error).name } });
      throw error;
    }
  }

  /** Secrets Manager makes the pending version before it calls the function, and takes its label away after the last step. */
  private observing(invoke: FunctionInvoker): FunctionInvoker {
    return async (fn, event) => {
      const { Step: step, ClientRequestToken: token } = event as RotationEvent;
      if (!this.names.knows(token)) this.happen('rotation begins', token);
      this.actor = `rotation ${this.rotations}, ${step}`;
      await invoke(fn, event).finally(() => this.actor = 'by hand');
      if (step === 'finishSecret') this.happen('rotation ends', token);
    };
  }

  private happen(event: 'rotation begins' | 'rotation ends', token: string): void {
    if (event === 'rotation begins') this.names.learnToken(token, `version-of-rotation-${++this.rotations}`);
    const label = event.replace('rotation', `rotation ${this.rotations}`);
    this.steps.push({ label, event, secret: this.setup.secrets[0].name, token: this.names.named(token) });
  }

  private label(actor: string, action: string): string {
    const plain = `${actor}: ${action}`;
    const before = this.steps.filter(({ label }) => label === plain || label.startsWith(`${plain} `)).length;
    return before === 0 ? plain : `${plain} ${before + 1}`;
  }
}
