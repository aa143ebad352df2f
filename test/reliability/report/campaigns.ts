import { describeFailures, pairs, Run, RunOptions, singles } from '../campaign';
import { overDeployments } from './deployments';
import { Row } from './row';
import { RIVALRIES, Rivalry, runRivalry } from '../concurrency/interleavings';
import { Fault, SYSTEM_FAULTS } from '../faults';
import { runHistories } from '../histories/histories';
import { killAtEveryRequest } from '../kills/kills';
import { DEEDS, justBefore } from '../people';
import { describeViolation } from '../promises';
import { IMPORTED, IMPORTED_LABEL_LATER, LINGERING_CONSUMER, NO_FLEET, NO_GRACE, ONE_FLEET, Setup, TWO_FLEETS } from '../setups';

type Result = Omit<Row, 'what' | 'setup' | 'seconds'>;

const SETUPS = [NO_FLEET, ONE_FLEET, TWO_FLEETS];
const WATCHED = [NO_FLEET, LINGERING_CONSUMER, ONE_FLEET, NO_GRACE];
const IMPORTS = [IMPORTED, IMPORTED_LABEL_LATER];
/** How much chance gets: enough to be worth a figure, and over in a minute or two. */
const HISTORIES = 1500;
const INTERLEAVINGS = 3000;
const SEED = 20_260_101;

/** Everything that is done to the rotation, one line after the other. */
export async function* campaigns(): AsyncGenerator<Row> {
  for (const setup of SETUPS) yield timed('every single fault', setup.name, async () => everySingle(setup, SYSTEM_FAULTS));
  for (const setup of SETUPS) yield timed('every single fault, the SDK trying again', setup.name, async () => everySingle(setup, SYSTEM_FAULTS, { sdkRetries: true }));
  for (const setup of WATCHED) yield timed('every single fault, the watchdog running', setup.name, async () => everySingle(setup, SYSTEM_FAULTS, { watched: true }));
  for (const setup of IMPORTS) yield timed('every single fault', setup.name, async () => everySingle(setup, SYSTEM_FAULTS, { people: true }));
  for (const setup of [...SETUPS, ...IMPORTS]) {
    yield timed('people, at any moment', setup.name, async () => everySingle(setup, DEEDS.map(justBefore), { people: true }));
  }
  for (const setup of SETUPS) yield timed('every pair of faults', setup.name, async () => everyPair(setup));
  for (const rivalry of RIVALRIES) yield timed(`two invocations at once: ${rivalry.name}`, 'no fleet, one fleet, imported', async () => interleaved(rivalry));
  yield timed('random histories', 'all', random);
  yield timed('the bundle, killed at each request', 'no fleet and one fleet', killed);
  yield* overDeployments();
}

async function timed(what: string, setup: string, work: () => Promise<Result>): Promise<Row> {
  const start = performance.now();
  const result = await work();
  return { what, setup, ...result, seconds: (performance.now() - start) / 1000 };
}

async function everySingle(setup: Setup, faults: readonly Fault[], options?: RunOptions): Promise<Result> {
  return sum(await singles(setup, faults, options));
}

async function everyPair(setup: Setup): Promise<Result> {
  let total = sum([]);
  for await (const run of pairs(setup, SYSTEM_FAULTS)) {
    total = run === 'merged' ? { ...total, merged: total.merged + 1 } : plus(total, sum([run]));
  }
  return total;
}

async function interleaved(rivalry: Rivalry): Promise<Result> {
  const { failure, interleavings, secrets } = await runRivalry(rivalry, { runs: INTERLEAVINGS, seed: SEED });
  return ofChance(interleavings, secrets, failure);
}

async function random(): Promise<Result> {
  const { failure, histories, secrets, violations } = await runHistories({ runs: HISTORIES, seed: SEED, length: 20 });
  return ofChance(histories, secrets, failure && [...violations.map(describeViolation), ...failure.history].join('\n'));
}

/** Chance ends with the first run that breaks a promise. */
function ofChance(runs: number, secrets: number, failure: string | undefined): Result {
  return { runs, merged: 0, violations: failure === undefined ? 0 : 1, secrets: 2 * secrets, examples: failure === undefined ? [] : [failure] };
}

async function killed(): Promise<Result> {
  const { results } = await killAtEveryRequest();
  const violations = results.flatMap(result => result.violations);
  const total = (key: 'kills' | 'secrets') => results.reduce((before, result) => before + result[key], 0);
  return { runs: total('kills'), merged: 0, violations: violations.length, secrets: 2 * total('secrets'), examples: violations.slice(0, 3) };
}

function sum(runs: readonly Run[]): Result {
  return {
    runs: runs.length,
    merged: 0,
    violations: runs.filter(({ violations }) => violations.length > 0).length,
    secrets: runs.reduce((total, { secrets }) => total + 2 * secrets, 0),
    examples: describeFailures(runs).slice(0, 3),
  };
}

function plus(a: Result, b: Result): Result {
  return {
    runs: a.runs + b.runs,
    merged: a.merged + b.merged,
    violations: a.violations + b.violations,
    secrets: a.secrets + b.secrets,
    examples: [...a.examples, ...b.examples].slice(0, 3),
  };
}
