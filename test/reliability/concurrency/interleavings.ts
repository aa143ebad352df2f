import * as fc from 'fast-check';
import { anyMishap, anyScene, anyWatchedScene, Outcome, play, Play, RETRY, Rival, SUCCESSORS, TWIN, WATCHDOG } from './scenarios';
import { ScheduledTurns } from './turns';
import { describeViolation } from '../promises';
import { Subject } from '../subject';

/** A kind of run with two invocations at once. */
export interface Rivalry {
  readonly name: string;
  readonly rivals: readonly Rival[];
  /** A fault strikes one of the two. */
  readonly mishap: boolean;
  /** Days have passed since the last rotation, in which the watchdog ran. */
  readonly watched?: boolean;
}

export const RIVALRIES: readonly Rivalry[] = [
  { name: 'the same step twice, with the same token', rivals: [TWIN], mishap: false },
  { name: 'a retry while the earlier attempt lives on', rivals: [RETRY], mishap: false },
  { name: 'a rotation with another token while the earlier one lives on', rivals: SUCCESSORS, mishap: false },
  { name: 'any of them, and a fault in one', rivals: [TWIN, RETRY, ...SUCCESSORS], mishap: true },
  { name: 'the watchdog during a rotation, or twice', rivals: [WATCHDOG], mishap: false, watched: true },
];

export interface InterleavingOptions {
  readonly runs: number;
  readonly seed: number;
  /** Begins with this one, as a failure names it. */
  readonly path?: string;
  readonly subject?: Subject;
}

export interface InterleavingReport {
  /** Runs that kept every promise. */
  readonly interleavings: number;
  /** Secret keys, and as many passwords, that were looked for in everything that left the function. */
  readonly secrets: number;
  /** How to find the first run again that broke a promise, and what happened in it. */
  readonly failure?: string;
}

/** Lets two invocations run at once, in every order of their moves that comes up in so many runs, until one breaks a promise. */
export async function runRivalry(rivalry: Rivalry, { subject, ...options }: InterleavingOptions): Promise<InterleavingReport> {
  const tally = { interleavings: 0, secrets: 0 };
  const property = fc.asyncProperty(anyPlay(rivalry), async given => {
    const outcome = await play({ ...given, subject });
    throwIfBroken(outcome);
    tally.interleavings += 1;
    tally.secrets += outcome.lab.world.iam.issuedKeys.length;
  });
  const { failed, counterexamplePath, errorInstance } = await fc.check(property, { ...options, numRuns: options.runs, endOnFailure: true });
  if (!failed) return tally;
  return { ...tally, failure: `${rivalry.name} (seed ${options.seed}, path ${counterexamplePath}): ${(errorInstance as Error).message}` };
}

function anyPlay({ rivals, mishap, watched }: Rivalry): fc.Arbitrary<Play> {
  return fc.record({
    scene: watched ? anyWatchedScene() : anyScene(),
    rival: fc.constantFrom(...rivals),
    turns: fc.tuple(fc.scheduler(), anyBursts()).map(([scheduler, bursts]) => new ScheduledTurns(scheduler, bursts)),
    mishap: mishap ? anyMishap() : fc.constant(undefined),
    sdkRetries: fc.boolean(),
  });
}

/** Half of the runs may change after every move. */
function anyBursts(): fc.Arbitrary<number[]> {
  return fc.oneof(fc.constant<number[]>([0]), fc.array(fc.nat({ max: 25 }), { minLength: 1, maxLength: 6 }));
}

function throwIfBroken({ lab: { promises: { violations }, setup }, history }: Outcome): void {
  if (violations.length === 0) return;
  throw new Error([describeViolation(violations[0]), setup.name, ...history].join('\n'));
}
