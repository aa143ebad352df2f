import { probeStackOf, LiveAppOptions } from './app/names';
import { Engine, LeftOver } from './engine/engine';
import { Live } from './live';
import { Finding, StepResult } from './outcome';
import { deleteProbeKeys } from './probes/keys';
import { PROBES } from './probes/probes';
import { CANCELLED, OTHER_FORMAT, OTHER_ID, OTHER_SECRET, OTHER_USER, ROLLED_BACK } from './steps/deployments';
import { DELETION, NO_DENIALS } from './steps/end';
import { FIRST_DEPLOYMENT, GRACE_PERIOD, REVOCATION, SECOND_ROTATION } from './steps/rotations';
import { BROKEN_SERVER, FLEETS_JOIN, MISSING_SERVER, SERVERS_READY } from './steps/servers';
import { Step } from './steps/step';
import { WINDOWS, WINDOWS_READY } from './steps/windows';
import { MINUTE, SECOND } from '../../lambda-src/basics/time';

export interface SuiteOptions extends LiveAppOptions {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface SuiteReport {
  readonly steps: StepResult[];
  readonly findings: Finding[];
  /** What the last look has found. */
  readonly leftOvers: LeftOver[];
  readonly interrupted: boolean;
}

export const passed = ({ interrupted, leftOvers, steps }: SuiteReport): boolean =>
  !interrupted && leftOvers.length === 0 && steps.every(({ outcome }) => outcome === 'passed');

/** What a run does, in this order. */
export function stepsOf({ fleet, windows }: LiveAppOptions): Step[] {
  return [
    FIRST_DEPLOYMENT,
    ...windows ? [WINDOWS_READY] : [],
    ...fleet ? [SERVERS_READY] : [],
    ...fleet || windows ? [FLEETS_JOIN] : [],
    SECOND_ROTATION,
    GRACE_PERIOD,
    REVOCATION,
    fleet ? BROKEN_SERVER : MISSING_SERVER,
    OTHER_USER,
    OTHER_SECRET,
    OTHER_FORMAT,
    CANCELLED,
    ROLLED_BACK,
    OTHER_ID,
    ...windows ? WINDOWS : [],
    ...PROBES,
    DELETION,
    NO_DENIALS,
  ];
}

/** Runs every step, deletes everything, and looks what is left. */
export async function runSuite(engine: Engine, options: SuiteOptions): Promise<SuiteReport> {
  const live = new Live(engine, options);
  try {
    const steps = await runSteps(live, stepsOf(options));
    const leftOvers = await cleanUp(live);
    return { steps, findings: live.findings, leftOvers, interrupted: options.signal.aborted };
  } finally {
    await live.close();
  }
}

/** Deletes what a run that was killed has left. */
export async function cleanUpAfter(engine: Engine, options: SuiteOptions): Promise<LeftOver[]> {
  const live = new Live(engine, options);
  try {
    live.synthesize();
    return await cleanUp(live);
  } finally {
    await live.close();
  }
}

async function runSteps(live: Live, steps: Step[]): Promise<StepResult[]> {
  const results: StepResult[] = [];
  let isStopped = false;
  for (const step of steps) {
    const result: StepResult = isStopped || live.options.signal.aborted ? notRun(step) : await runStep(live, step);
    isStopped ||= result.outcome === 'failed' && step.isNeeded === true;
    results.push(result);
    live.options.say(lineOf(result));
  }
  return results;
}

async function runStep(live: Live, step: Step): Promise<StepResult> {
  const { clock, options: { say, signal } } = live;
  const start = clock.now();
  const seconds = () => Math.round((clock.now() - start) / SECOND);
  say(`  … ${step.name}`);
  try {
    await unlessAborted(step.run(live), signal);
    return { name: step.name, outcome: 'passed', seconds: seconds() };
  } catch (error) {
    return { name: step.name, outcome: 'failed', seconds: seconds(), error: (error as Error).message };
  }
}

const notRun = ({ name }: Step): StepResult => ({ name, outcome: 'not run', seconds: 0 });

function lineOf({ error, name, outcome, seconds }: StepResult): string {
  return `  ${outcome === 'passed' ? '✓' : outcome === 'failed' ? '✗' : '-'} ${name} (${seconds} s)${error === undefined ? '' : `\n    ${error}`}`;
}

/** A step that is left alone goes on until its next pause. */
async function unlessAborted(running: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('interrupted')), { once: true, signal: over.signal });
  });
  await Promise.race([running, aborted]).finally(() => over.abort());
}

/** What cannot be deleted is found by the last look. */
async function cleanUp(live: Live): Promise<LeftOver[]> {
  const { engine, options: { prefix, say }, stackName } = live;
  say('  deleting everything that this run has made');
  await deleteProbeKeys(live).catch((error: Error) => say(`    ${error.message}`));
  for (const name of [stackName, probeStackOf({ prefix })]) {
    await live.destroy(name).catch((error: Error) => say(`    ${name}: ${error.message}`));
  }
  await engine.close();
  return lastLook(engine, prefix);
}

/** Lists of AWS show what is deleted for some minutes. */
async function lastLook(engine: Engine, prefix: string): Promise<LeftOver[]> {
  const end = engine.clock.now() + 5 * MINUTE;
  for (;;) {
    const found = await engine.leftOvers(prefix);
    if (found.length === 0 || engine.clock.now() >= end) return found;
    await engine.clock.sleep(15 * SECOND);
  }
}
