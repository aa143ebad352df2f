import { Comparison } from './comparison';
import { Row } from './row';
import { CHANGES, DEEDS as DEEDS_BEFORE_DEPLOYMENTS } from '../deployments/changes';
import { MISHAPS } from '../deployments/faults';
import { SYSTEM_FAULTS } from '../faults';
import { DEEDS } from '../people';

/** The figures of one run of `npm run reliability`. */
export interface Report {
  readonly machine: string;
  readonly rows: readonly Row[];
  readonly caught: readonly Caught[];
  readonly comparison: Comparison;
  readonly mutation?: MutationScore;
}

/** A function with a mistake, and how that was found out. */
export interface Caught {
  readonly name: string;
  readonly promise: string;
  /** Runs up to the one that broke the promise. */
  readonly runs: number;
  /** What went wrong in that one; undefined if the mistake was not found out. */
  readonly when?: string;
}

/** What `npm run mutation` leaves in docs/mutation.json. */
export interface MutationScore {
  readonly score: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly noCoverage: number;
  readonly total: number;
}

/** docs/reliability.md. */
export function markdown(report: Report): string {
  return [INTRODUCTION, disturbances(report), mistakes(report), sample(report), HOW, exceptions(report)].join('\n\n') + '\n';
}

const INTRODUCTION = `# Reliability

Made by \`npm run reliability\`; every figure is from one run of it. It does to the rotation what can happen to it, in the local AWS of \`test/world/\`,
and looks after every effect whether [the promises](../test/reliability/README.md) still hold. It has never run on live AWS.`;

const HOW = `## How it is done

The function runs in the process of the test, in virtual time, with the policy of the synthesized template. At each of its AWS calls, logins and
pauses, and at each server's work, something goes wrong; Secrets Manager tries again; in the end comes a rotation in which nothing goes wrong, and it
must end as if nothing ever had. The second fault of a pair comes at each point of the run that the first one has changed. Where an invocation
starts in a state (versions, labels, values, keys, servers, commands) in which an earlier run started it and went through all second faults, that
is not done again: such pairs are counted as merged. So are deployments that end in a state from which another one of the same kind has gone on
to the end of the stack. The clock is not part of that state; what depends on the time has tests of its own.

A deployment begins some days after the first one, with the watchdog running every hour, and CloudFormation goes on as it does on AWS: it waits for no
custom resource of a deployment that it cancels, and restores resources in the order of the former template. Then come the grace of the former key, in
which nobody may touch that key, another deployment, a rotation and the deletion of the stack, in which nothing goes wrong.

What this cannot show: that AWS behaves as the local AWS does. \`npm run test:fidelity\` compares it with an independent emulator, call by call, and
test/fidelity/differences.json lists where the two disagree.

## What is not promised

- IAM takes a key back without a condition. The function looks once more whether a key is in use and deletes it, or makes it inactive, with its next call. Who makes that key
  current between these two calls, by hand or by cancelling a rotation that is promoting it, makes a dead key current: the next rotation replaces it.
- Of two invocations at once, neither stands still for more than a few seconds between two calls in these runs. One that stands still for longer
  just before \`DeleteAccessKey\` can delete the key that the other one has stored meanwhile.
- When the reply to \`CreateAccessKey\` is lost for an imported user, the key that nobody knows of is not deleted, as it could be somebody else's: the
  rotation stops, names the key and the command that deletes it.`;

function disturbances({ machine, rows }: Report): string {
  const total = (key: 'runs' | 'merged' | 'violations' | 'secrets' | 'seconds') => rows.reduce((sum, row) => sum + row[key], 0);
  return `## What went wrong, and what came of it

${list('What goes wrong', SYSTEM_FAULTS.map(({ name }) => name))}

${list('What people do meanwhile', DEEDS.map(({ name }) => name))}

${list('What is deployed', CHANGES.map(({ name }) => name))}

${list('What goes wrong in deployments besides', MISHAPS.filter(mishap => !SYSTEM_FAULTS.includes(mishap)).map(({ name }) => name))}

${list('What people do before deployments', DEEDS_BEFORE_DEPLOYMENTS.map(({ name }) => name))}

${tableOf(['what', 'setup', 'runs', 'merged', 'secrets looked for', 'violations', 'seconds'], [
  ...rows.map(row => [row.what, row.setup, ...[row.runs, row.merged, row.secrets, row.violations].map(figure), row.seconds.toFixed(0)]),
  ['**all**', '', figure(total('runs')), figure(total('merged')), figure(total('secrets')), `**${figure(total('violations'))}**`, total('seconds').toFixed(0)],
])}

Seconds on ${machine}. A secret is looked for raw, base64, as AUTH PLAIN and AUTH LOGIN write it, and URL-encoded, in all that left the
function: logs, errors, commands with their outputs, environment.`;
}

function mistakes({ caught, mutation }: Report): string {
  const found = caught.filter(({ when }) => when !== undefined).length;
  return `## Would it notice?

Functions with a mistake that others have made, built from today's sources: ${found} of ${caught.length} are caught.

${tableOf(['a function that', 'breaks', 'in run', 'when'], caught.map(({ name, promise, runs, when }) => [
  name, promise, figure(runs), when ?? '**not caught**',
]))}

${mutation ? mutationText(mutation) : '`npm run mutation` has not been run.'}`;
}

function exceptions({ rows }: Report): string {
  const known = [...new Set(rows.flatMap(row => row.exceptions ?? []))];
  return known.map(name => `- ${name[0].toUpperCase()}${name.slice(1)}.`).join('\n');
}

function mutationText({ score, killed, timedOut, survived, noCoverage, total }: MutationScore): string {
  return `Mutation testing (\`npm run mutation\`, [survivors explained](mutation.md)): of ${figure(total)} small changes to the function, the tests notice `
    + `${figure(killed + timedOut)}: ${score.toFixed(1)} %. ${figure(survived + noCoverage)} survive.`;
}

function sample({ comparison: { subjects, runs, rows } }: Report): string {
  return `## Beside the AWS sample

The same single faults at every point, over the sample's stack (an empty secret, two servers), for this library and for a model of the sample's
algorithm (test/reliability/sample/, which says what it leaves out). The SDK tries again in both. Two rotations with the fault, then one without.

${tableOf(['number of runs in which', ...subjects], [
  ...rows.map(({ outcome, runs: counts }) => [outcome, ...counts.map(figure)]),
  ['runs', ...runs.map(figure)],
])}`;
}

function list(title: string, entries: string[]): string {
  return `${title}: ${entries.join('; ')}.`;
}

function tableOf(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}
