import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HistoryFailure, HistoryReport, runHistories } from './histories/histories';
import { describeViolation } from './promises';

const USAGE = `usage: npm run test:soak -- [--minutes 10] [--seed n]

Runs random histories of rotations until the time is over or a promise is broken.`;

const MINUTE = 60_000;
const HISTORIES_A_BATCH = 50;
/** The most commands that a history has. */
const LENGTH = 40;
const LARGEST_SEED = 0x7fffffff;

interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
}

type Progress = Omit<HistoryReport, 'failure'> & { readonly minutes: number };

class UsageError extends Error {}

function optionsFrom(values: { minutes?: string; seed?: string }): SoakOptions {
  const minutes = Number(values.minutes ?? 10);
  const seed = Number(values.seed ?? randomInt(LARGEST_SEED));
  if (!(minutes > 0)) throw new UsageError(`--minutes must be a positive number, got ${values.minutes}`);
  if (!Number.isInteger(seed)) throw new UsageError(`--seed must be a whole number, got ${values.seed}`);
  return { minutes, seed };
}

/** Each batch has a seed of its own, one more than the last, so that a failure is found again in its first batch. */
async function soak({ minutes, seed }: SoakOptions): Promise<HistoryReport> {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / MINUTE;
  let report: HistoryReport = { histories: 0, rotations: 0, effects: 0, secrets: 0, violations: [] };
  let reported = 0;
  for (let batch = 0; !report.failure && elapsed() < minutes; batch++) {
    report = plus(report, await runHistories({ runs: HISTORIES_A_BATCH, seed: seed + batch, length: LENGTH }));
    if (Math.floor(elapsed()) > reported) {
      reported = Math.floor(elapsed());
      console.log(summary({ ...report, minutes: elapsed() }));
    }
    // Virtual time leaves the process no moment for a signal.
    await setImmediate();
  }
  console.log(summary({ ...report, minutes: elapsed() }));
  return report;
}

function plus(total: HistoryReport, { histories, rotations, effects, secrets, violations, failure }: HistoryReport): HistoryReport {
  return {
    histories: total.histories + histories,
    rotations: total.rotations + rotations,
    effects: total.effects + effects,
    secrets: total.secrets + secrets,
    violations,
    failure,
  };
}

function summary({ histories, rotations, effects, minutes, violations }: Progress): string {
  return `${minutes.toFixed(1)} minutes: ${histories} histories, ${rotations} rotations, ${effects} effects, ${violations.length} violations`;
}

function describeFailure({ seed, path, history }: HistoryFailure, { violations }: HistoryReport): string {
  return [
    `A promise was broken: seed ${seed}, path ${path}. Again: npm run test:soak -- --seed ${seed}`,
    'The shortest history found:',
    ...history.map(line => `  ${line}`),
    'What it broke:',
    ...violations.map(violation => `  ${describeViolation(violation)}`),
  ].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const options = optionsFrom(values);
  console.log(`seed ${options.seed}`);
  const report = await soak(options);
  if (!report.failure) return;
  console.error(describeFailure(report.failure, report));
  process.exitCode = 1;
}

main().catch((error: Error) => {
  const badArgument = error instanceof UsageError || ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  console.error(badArgument ? `${error.message}\n${USAGE}` : error);
  process.exitCode = 2;
});
