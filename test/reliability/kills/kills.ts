import { KillPoint, MOMENTS } from './boundaries';
import { unfinished } from './promises';
import { ProvingGround, RotationRecord } from './proving-ground';
import { fleetStack, secretOnlyStack } from '../../bench/stacks';
import { DefineStack } from '../../demo/local-aws';
import { RotationOutcome } from '../../world';

export interface KillRun {
  readonly stack: 'secret only' | 'a fleet of two';
  /** The third is the first one that frees a key slot. */
  readonly rotation: 'first' | 'third';
}

export interface KillResult extends KillRun {
  /** The requests of an undisturbed rotation, by action; a login is AUTH. */
  readonly boundaries: string[];
  /** How often the process was killed: at each boundary before the effect, and before the reply. */
  readonly kills: number;
  readonly violations: string[];
  /** Secret keys, and as many passwords, that were looked for in everything that left the function. */
  readonly secrets: number;
  readonly seconds: number;
}

export interface KillReport {
  readonly results: KillResult[];
  readonly seconds: number;
}

export interface KillOptions {
  /** All of them unless told. */
  readonly runs?: readonly KillRun[];
  /** Where another function is than the shipped one. */
  readonly codeDirectory?: string;
}

const STACKS: Record<KillRun['stack'], { readonly define: DefineStack; readonly servers: number }> = {
  'secret only': { define: secretOnlyStack, servers: 0 },
  'a fleet of two': { define: fleetStack, servers: 2 },
};

export const ALL_RUNS: readonly KillRun[] = [
  { stack: 'secret only', rotation: 'first' },
  { stack: 'secret only', rotation: 'third' },
  { stack: 'a fleet of two', rotation: 'first' },
  { stack: 'a fleet of two', rotation: 'third' },
];

/** Kills the bundled function at every request of a rotation, lets Secrets Manager try again, and says what became of the promises. */
export async function killAtEveryRequest({ runs = ALL_RUNS, codeDirectory }: KillOptions = {}): Promise<KillReport> {
  const start = performance.now();
  // At the same time: most of a run is waiting for the greetings of the SMTP server.
  const results = await Promise.all(runs.map(async run => new Killing(run, codeDirectory).result()));
  return { results, seconds: secondsSince(start) };
}

/** The kills of one run, one after the other in the same world, as each rotation ends in the state that the next one starts from. */
class Killing {
  private readonly violations: string[] = [];
  private kills = 0;
  private secrets = 0;
  private ground?: ProvingGround;

  constructor(private readonly run: KillRun, private readonly codeDirectory?: string) {}

  public async result(): Promise<KillResult> {
    const start = performance.now();
    const boundaries = await this.killEverywhere().finally(async () => this.leaveGround());
    return { ...this.run, boundaries, kills: this.kills, violations: this.violations, secrets: this.secrets, seconds: secondsSince(start) };
  }

  private async killEverywhere(): Promise<string[]> {
    const boundaries = await this.rotateUndisturbed();
    for (const index of boundaries.keys()) {
      for (const moment of MOMENTS) await this.kill(boundaries, { index, moment });
    }
    const last = await this.rotateUndisturbed();
    if (last.join() !== boundaries.join()) this.note('after all kills', ['the requests of an undisturbed rotation are not what they were']);
    return boundaries;
  }

  private async rotateUndisturbed(): Promise<string[]> {
    const ground = await this.preparedGround();
    const record = await ground.rotate();
    this.note('undisturbed', this.judge(ground, record));
    return record.requests;
  }

  private async kill(boundaries: string[], killAt: KillPoint): Promise<void> {
    const ground = await this.preparedGround();
    const record = await ground.rotate(killAt);
    const wasKilled = diedOnce(record.outcome) && record.requests[killAt.index] === boundaries[killAt.index];
    if (wasKilled) this.kills += 1;
    const broken = [...wasKilled ? [] : ['the process was not killed there'], ...this.judge(ground, record)];
    this.note(`killed at ${boundaries[killAt.index]} (${killAt.index + 1} of ${boundaries.length}) ${killAt.moment}`, broken);
    // What one kill has broken must not count for the next one.
    if (broken.length > 0) await this.leaveGround();
  }

  /** Where the next rotation is the one that the run is about; every rotation from the third on is like the third. */
  private async preparedGround(): Promise<ProvingGround> {
    const known = this.ground;
    const ground = known ?? await ProvingGround.start({ ...STACKS[this.run.stack], codeDirectory: this.codeDirectory });
    this.ground = ground;
    if (this.run.rotation === 'first') ground.forget();
    else if (!known) await rotateTwice(ground);
    return ground;
  }

  private async leaveGround(): Promise<void> {
    const { ground } = this;
    this.ground = undefined;
    if (!ground) return;
    this.note('in all rotations', await ground.close());
    this.secrets += ground.world.iam.issuedKeys.length;
  }

  private judge(ground: ProvingGround, { outcome, violations }: RotationRecord): string[] {
    const error = outcome.succeeded ? [] : [`P5 the last attempt failed: ${String(outcome.attempts.at(-1)?.at(-1)?.error)}`];
    return [...violations, ...error, ...unfinished(ground, this.run.rotation === 'first' ? 1 : 2)];
  }

  private note(name: string, violations: string[]): void {
    this.violations.push(...violations.map(violation => `${name}: ${violation}`));
  }
}

async function rotateTwice(ground: ProvingGround): Promise<void> {
  for (const which of ['first', 'second']) {
    const { outcome } = await ground.rotate();
    if (!outcome.succeeded) throw new Error(`the ${which} rotation failed`, { cause: outcome.attempts.at(-1)?.at(-1)?.error });
  }
}

/** The first attempt, and no other, ended with the end of the process. */
function diedOnce({ attempts }: RotationOutcome): boolean {
  const deaths = attempts.map(steps => (steps.at(-1)?.error as Error | undefined)?.name === 'Runtime.ExitError');
  return deaths[0] && deaths.indexOf(true, 1) < 0;
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
