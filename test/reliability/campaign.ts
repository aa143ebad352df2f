import { canStrike, Fault } from './faults';
import { fingerprint } from './fingerprint';
import { Lab, LabOptions } from './lab';
import { heal } from './people';
import { Point } from './point';
import { describeViolation, Violation } from './promises';
import { Setup } from './setups';
import { SECOND } from '../../lambda-src/basics/time';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** What goes wrong in a run: the faults by the number of the point at which they strike. */
export type Plan = ReadonlyMap<number, Fault>;

export interface Run {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  /** The points up to the undisturbed rotation at the end. */
  readonly points: readonly Point[];
  /** The state that each invocation left, by its number: of runs with less than two faults. */
  readonly states: ReadonlyMap<number, string>;
  /** How often people had to follow an error's advice before a rotation succeeded. */
  readonly interventions: number;
  /** Secret keys, and as many passwords, that were looked for in everything that left the function. */
  readonly secrets: number;
}

export interface RunOptions extends LabOptions {
  /** People took a hand in it, or the user is theirs: rotations may fail with advice, until people have followed it. */
  readonly people?: boolean;
  readonly onEnd?: (lab: Lab) => void;
  /** After each rotation the watchdog runs until its grace is over. */
  readonly watched?: boolean;
}

/** Two rotations in which things go wrong, then one in which nothing does. */
export async function run(setup: Setup, plan: Plan, options: RunOptions = {}): Promise<Run> {
  const lab = new Lab(setup, options);
  const states = new Map<number, string>();
  lab.faultAt = ({ number }) => plan.get(number);
  if (plan.size < 2) lab.afterInvocation = invocation => states.set(invocation, `${JSON.stringify(lab.position)} ${fingerprint(lab)}`);
  for (let rotation = 1; rotation <= 2; rotation++) {
    await lab.rotate({ maxAttempts: 2, retryDelay: SECOND });
    if (options.watched) await lab.watchThroughGrace();
  }
  const points = [...lab.points];
  lab.calmDown();
  const interventions = options.people ? await heal(lab) : 0;
  // A left-over of somebody else's user takes one more piece of advice.
  if (options.people && !lab.config.user.owned) await heal(lab);
  else await undisturbed(lab);
  lab.promises.checkConverged();
  if (plan.size < 2) await repeatEveryStep(lab);
  if (options.watched && !options.people) await watchInPeace(lab);
  lab.promises.checkSecrecy();
  options.onEnd?.(lab);
  return { plan, points, states, interventions, violations: lab.promises.violations, secrets: lab.world.iam.issuedKeys.length };
}

/** P5: whatever happened, one run in which nothing goes wrong ends as if nothing had happened. */
async function undisturbed(lab: Lab): Promise<void> {
  const { succeeded, attempts } = await lab.rotate();
  if (!succeeded) lab.promises.violate('P5', `an undisturbed rotation failed: ${String(attempts.at(-1)?.at(-1)?.error)}`);
}

/** P5: the grace ends as if nothing had happened. */
async function watchInPeace(lab: Lab): Promise<void> {
  for (const failure of await lab.watchThroughGrace()) lab.promises.violate('P5', `the watchdog found something wrong: ${String(failure)}`);
  lab.promises.checkRetired();
}

/** P6: the steps of a rotation that has ended change nothing any more. */
async function repeatEveryStep(lab: Lab): Promise<void> {
  const before = fingerprint(lab);
  for (const step of STEPS) {
    await lab.invoke(step, lab.current!.id).catch(error => lab.promises.violate('P6', `a finished step failed when it ran again: ${String(error)}`));
  }
  if (fingerprint(lab) !== before) lab.promises.violate('P6', 'a finished step did something when it ran again');
}

/** Every fault at every point of the undisturbed run. */
export async function singles(setup: Setup, faults: readonly Fault[], options?: RunOptions): Promise<Run[]> {
  const calm = await run(setup, new Map(), options);
  const runs = [calm];
  for (const point of calm.points) {
    for (const fault of faults.filter(candidate => canStrike(candidate, point))) {
      runs.push(await run(setup, new Map([[point.number, fault]]), options));
    }
  }
  return runs;
}

/**
 * Every pair of faults: the second one at every point that comes after the first in the run that the first one
 * has changed. An invocation that starts in a state in which another run started it already is not gone through again.
 */
export async function* pairs(setup: Setup, faults: readonly Fault[], options?: RunOptions): AsyncGenerator<Run | 'merged'> {
  const [calm, ...firsts] = await singles(setup, faults, options);
  yield calm;
  const explored = new Set(calm.states.values());
  for (const first of firsts) {
    yield first;
    yield* seconds(setup, first, faults, explored, options);
    for (const state of first.states.values()) explored.add(state);
  }
}

async function* seconds(
  setup: Setup, first: Run, faults: readonly Fault[], explored: ReadonlySet<string>, options?: RunOptions,
): AsyncGenerator<Run | 'merged'> {
  const [struck] = first.plan.keys();
  const invocations = invocationsOf(first.points);
  for (const point of first.points.slice(struck)) {
    const invocation = invocations[point.number - 1];
    const isLater = invocation > invocations[struck - 1];
    const known = isLater && explored.has(first.states.get(invocation - 1) ?? '');
    for (const fault of faults.filter(candidate => canStrike(candidate, point))) {
      yield known ? 'merged' : await run(setup, new Map([...first.plan, [point.number, fault]]), options);
    }
  }
}

/** The invocation during which each point came; a server works while the function waits for it. */
function invocationsOf(points: readonly Point[]): number[] {
  let last = 0;
  return points.map(({ invocation }) => {
    last = invocation ?? last;
    return last;
  });
}

/** The names of the faults that really struck. */
export function namesOfFaults(runs: readonly Run[]): Set<string> {
  return new Set(runs.flatMap(({ plan }) => [...plan.values()].map(({ name }) => name)));
}

/** The runs that broke a promise, in words: what went wrong, and what became of it. */
export function describeFailures(runs: readonly Run[]): string[] {
  return runs.filter(({ violations }) => violations.length > 0).map(broken => `${describePlan(broken)} => ${broken.violations.map(describeViolation).join('; ')}`);
}

export function describePlan({ plan, points }: Run): string {
  return [...plan].map(([number, { name }]) => `${points[number - 1]?.step} ${points[number - 1]?.name} (${number}): ${name}`).join(' + ') || 'nothing';
}
