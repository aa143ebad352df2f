import { Ambush, Interludes, Surprise } from './surprises';
import { RotationEvent } from '../../../lambda-src/rotation/rotation';
import { RotationOptions, RotationOutcome } from '../../world';
import { Lab, LabOptions } from '../lab';
import { Setup } from '../setups';

/** What a history plays in. */
export interface Circumstances extends LabOptions {
  readonly setup: Setup;
  /** Whether the pending version of a mere test has the current value; AWS does not say. */
  readonly testVersionCopiesCurrent?: boolean;
}

/** The real system of a history: the lab, and what it needs to be surprised. */
export class Scene implements Interludes {
  public readonly lab: Lab;
  /** What was to happen in a rotation, and never did. */
  public readonly missed: Surprise[] = [];
  /** The steps that were called for each rotation, by its token: the last one first. */
  private readonly called: { readonly token: string; readonly steps: Set<string> }[] = [];
  private isUndisturbed = false;
  /** What happens in between; it may outlast the step that it came between. */
  private readonly happenings: Promise<unknown>[] = [];

  constructor({ setup, testVersionCopiesCurrent = false, ...options }: Circumstances) {
    this.lab = new Lab(setup, options);
    this.lab.world.rotation.testVersionCopiesCurrent = testVersionCopiesCurrent;
    const invoke = this.lab.world.functionInvoker!;
    this.lab.world.functionInvoker = async (fn, event) => {
      this.noteCall(event as RotationEvent);
      return invoke(fn, event);
    };
  }

  /** A rotation by Secrets Manager, and what surprised it. */
  public async rotate(options: RotationOptions, surprises: readonly Surprise[]): Promise<{ outcome: RotationOutcome; struck: string[] }> {
    const { lab } = this;
    const ambush = new Ambush(this, surprises);
    const start = lab.points.length;
    lab.faultAt = point => this.isUndisturbed ? undefined : ambush.at(point, point.number - start - 1);
    try {
      return { outcome: await lab.rotate(options), struck: ambush.struck };
    } finally {
      await Promise.all(this.happenings);
      lab.faultAt = () => undefined;
      this.missed.push(...ambush.waiting);
    }
  }

  /** A step that was called before is called again: an invocation that was delayed, or that Lambda repeats. */
  public async lateStep(step: string, rotationsAgo: number): Promise<void> {
    const { token, steps } = this.called[rotationsAgo] ?? {};
    if (token === undefined || !steps?.has(step)) return;
    // What is wrong with it shows in the promises.
    await this.undisturbed(async () => this.lab.invoke(step, token).catch(() => undefined));
  }

  /** The watchdog runs; what it finds wrong is in the promises, if it is. */
  public async watch(): Promise<unknown> {
    let failure: unknown;
    await this.undisturbed(async () => this.lab.watch().catch(error => { failure = error; }));
    return failure;
  }

  /** No surprise strikes meanwhile. */
  public async undisturbed(happen: () => Promise<unknown>): Promise<void> {
    const before = this.isUndisturbed;
    this.isUndisturbed = true;
    const happening = happen();
    this.happenings.push(happening);
    await happening;
    this.isUndisturbed = before;
  }

  private noteCall({ ClientRequestToken: token, Step: step }: RotationEvent): void {
    const known = this.called.find(call => call.token === token);
    if (known) known.steps.add(step);
    else this.called.unshift({ token, steps: new Set([step]) });
  }
}
