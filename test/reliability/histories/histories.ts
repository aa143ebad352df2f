import * as fc from 'fast-check';
import { anyCommand, Command } from './commands';
import { Model } from './model';
import { Circumstances, Scene } from './scene';
import { STEPS } from './surprises';
import { fingerprint } from '../fingerprint';
import { Lab } from '../lab';
import { heal } from '../people';
import { describeViolation, Violation } from '../promises';
import { ALL_SETUPS, LARGE_FLEET, Setup } from '../setups';
import { Subject } from '../subject';

export interface HistoryOptions {
  readonly runs: number;
  readonly seed: number;
  /** The most commands that a history has. */
  readonly length?: number;
  readonly subject?: Subject;
  readonly setups?: readonly Setup[];
}

export interface HistoryFailure {
  readonly seed: number;
  /** Leads fast-check to the history without the search for it. */
  readonly path: string;
  readonly runs: number;
  /** What it plays in, and what happens, in words that are an example's code. */
  readonly history: string[];
}

export interface HistoryReport {
  readonly histories: number;
  readonly rotations: number;
  readonly effects: number;
  /** Secret keys, and as many passwords, that were looked for in everything that left the function. */
  readonly secrets: number;
  /** Of the shortest history that was found; empty if every promise was kept. */
  readonly violations: Violation[];
  readonly failure?: HistoryFailure;
}

/** A history and its end; returns the promises that were broken. */
export async function play(circumstances: Circumstances, commands: Iterable<Command>): Promise<Scene> {
  const scene = new Scene(circumstances);
  try {
    await fc.asyncModelRun(() => ({ model: new Model(), real: scene }), commands);
    await settle(scene.lab);
  } catch (error) {
    if (scene.lab.promises.violations.length === 0) scene.lab.promises.violate('the harness', (error as Error).stack ?? '');
  }
  return scene;
}

/** Random histories, until the first one that breaks a promise: that one is then made as short as possible. */
export async function runHistories(options: HistoryOptions): Promise<HistoryReport> {
  const tally = { histories: 0, rotations: 0, effects: 0, secrets: 0 };
  let violations: Violation[] = [];
  const property = fc.asyncProperty(circumstancesArbitrary(options), historyArbitrary(options), async (circumstances, commands) => {
    const scene = await play({ ...circumstances, subject: options.subject }, commands);
    if (violations.length === 0) count(tally, scene);
    if (scene.lab.promises.violations.length === 0) return;
    violations = [...scene.lab.promises.violations];
    throw new Error(violations.map(describeViolation).join('; '));
  });
  const details = await fc.check(property, { numRuns: options.runs, seed: options.seed });
  return { ...tally, violations, failure: details.failed ? failureOf(details) : undefined };
}

type HistoryArguments = [Circumstances, Iterable<Command>];

function failureOf({ seed, counterexample, counterexamplePath, numRuns }: fc.RunDetails<HistoryArguments>): HistoryFailure {
  const [circumstances, commands] = counterexample!;
  const { setup, ...flags } = circumstances;
  const set = Object.entries(flags).filter(([, value]) => value === true).map(([name]) => name);
  return { seed, path: counterexamplePath!, runs: numRuns, history: [[setup.name, ...set].join(', '), ...String(commands).split(/,(?=\w+\()/)] };
}

function count(tally: { histories: number; rotations: number; effects: number; secrets: number }, { lab }: Scene): void {
  tally.histories += 1;
  tally.rotations += lab.position.rotation;
  tally.effects += lab.points.length;
  tally.secrets += lab.world.iam.issuedKeys.length;
}

/** P5: whatever happened, people follow the errors' advice, and then a rotation ends as if nothing had happened. */
async function settle(lab: Lab): Promise<void> {
  lab.calmDown();
  lab.ses.setFaults({});
  lab.promises.strayKeysExpected = true;
  await heal(lab);
  if (lab.config.user.owned) await mustRotate(lab);
  // A left-over of somebody else's user takes one more piece of advice.
  else await heal(lab);
  lab.promises.checkConverged();
  await repeatEveryStep(lab);
  lab.promises.checkSecrecy();
}

/** P6: the steps of a rotation that has ended change nothing any more. */
async function repeatEveryStep(lab: Lab): Promise<void> {
  const before = fingerprint(lab);
  for (const step of STEPS) {
    await lab.invoke(step, lab.current!.id).catch(error => lab.promises.violate('P6', `a finished step failed when it ran again: ${String(error)}`));
  }
  if (fingerprint(lab) !== before) lab.promises.violate('P6', 'a finished step did something when it ran again');
}

async function mustRotate(lab: Lab): Promise<void> {
  lab.promises.strayKeysExpected = false;
  const { succeeded, attempts } = await lab.rotate();
  if (!succeeded) lab.promises.violate('P5', `an undisturbed rotation failed: ${String(attempts.at(-1)?.at(-1)?.error)}`);
}

function circumstancesArbitrary({ setups }: HistoryOptions): fc.Arbitrary<Circumstances> {
  return fc.record({
    setup: setups ? fc.constantFrom(...setups) : setupArbitrary(),
    sdkRetries: fc.boolean(),
    testVersionCopiesCurrent: fc.boolean(),
  });
}

/** The large fleet costs as much as three others. */
function setupArbitrary(): fc.Arbitrary<Setup> {
  return fc.oneof(
    { weight: 29, arbitrary: fc.constantFrom(...ALL_SETUPS.filter(setup => setup !== LARGE_FLEET)) },
    { weight: 1, arbitrary: fc.constant(LARGE_FLEET) },
  );
}

function historyArbitrary({ length = 10 }: HistoryOptions): fc.Arbitrary<Iterable<Command>> {
  return fc.commands<Model, Scene>(anyCommand(), { maxCommands: length, size: 'max', disableReplayLog: true }) as fc.Arbitrary<Iterable<Command>>;
}
