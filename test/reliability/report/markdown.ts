import { Comparison } from './comparison';
import { Row } from './row';
import { CHANGES, DEEDS as DEEDS_BEFORE_DEPLOYMENTS } from '../deployments/changes';
import { EXCEPTIONS } from '../deployments/exceptions';
import { CANCELLED, MISHAPS } from '../deployments/faults';
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

\`npm run reliability\` writes this page, and every figure comes from one run of it. In the local AWS of \`test/world/\`, it
does to a rotation everything that the lists below name. After every effect, it checks whether
[the promises](../test/reliability/README.md) still hold. None of this has run on live AWS.`;

const HOW = `## How it works

The function runs in the test's process, in virtual time, under the policy of the synthesized template. Something goes
wrong at each of its AWS calls, logins and pauses, and at each server's work. Then Secrets Manager retries. Nothing goes
wrong in the last rotation, which must end as if nothing ever had.

The second fault of a pair comes at each point of the run that the first one changed. An invocation may start in a state
from which an earlier run has already gone through all second faults. The state consists of versions, labels, values,
keys, servers and commands. Such a pair isn't run again: the table counts it as merged. A deployment may end in a state
from which another one of its kind has already continued to the end of the stack. The table counts it as merged, too. The
clock isn't part of the state; what depends on the time has tests of its own.

A deployment starts some days after the first one, while the watchdog runs every hour. CloudFormation works as on AWS: it
doesn't wait for a custom resource of a deployment that it cancels, and a rollback restores resources in the order of the
former template. Then the grace period of the former key passes, in which nobody may touch that key. Another deployment, a
rotation and the deletion of the stack follow, in which nothing goes wrong.

The figures can't show that AWS behaves as the local AWS does. \`npm run test:fidelity\` compares it with an independent
emulator, call by call, and \`test/fidelity/differences.json\` lists where the two disagree. \`npm run test:emulator\` deploys
and rotates in another one, with the CDK CLI and with that emulator's IAM.

## What the library doesn't promise

- IAM deactivates and deletes a key unconditionally. The function checks once more whether the key is in use, and
  deactivates or deletes it with its next call. Between these two calls, someone may make that key current, by hand or by
  canceling a rotation that is promoting it. Then a dead key is current, and the next rotation replaces it.
- In these runs, neither of two concurrent invocations pauses for more than a few seconds between two calls. One that
  pauses longer just before \`DeleteAccessKey\` can delete the key that the other has stored in the meantime.
- If the reply to \`CreateAccessKey\` is lost for an imported user, the function doesn't delete the unknown key, because it
  could be someone else's. The rotation stops, and names the key and the command that deletes it.`;

function disturbances({ machine, rows }: Report): string {
  const total = (key: 'runs' | 'merged' | 'violations' | 'secrets' | 'seconds') => rows.reduce((sum, row) => sum + row[key], 0);
  return `## What went wrong, and with what result

${list('What goes wrong:', SYSTEM_FAULTS.map(({ name }) => name))}

${list('What people do in the meantime:', DEEDS.map(({ name }) => name))}

${list('What is deployed:', CHANGES.map(({ name }) => name))}

${list('What else goes wrong during a deployment:', [CANCELLED, ...MISHAPS.filter(mishap => !SYSTEM_FAULTS.includes(mishap))].map(({ name }) => name))}

${list('What people do before a deployment:', DEEDS_BEFORE_DEPLOYMENTS.map(({ name }) => name))}

${tableOf(['what', 'setup', 'runs', 'merged', 'secrets looked for', 'violations', 'seconds'], [
  ...rows.map(row => [row.what, row.setup, ...[row.runs, row.merged, row.secrets, row.violations].map(figure), row.seconds.toFixed(0)]),
  ['**all**', '', figure(total('runs')), figure(total('merged')), figure(total('secrets')), `**${figure(total('violations'))}**`, total('seconds').toFixed(0)],
])}

The seconds are those of ${machine}. The search for secrets covers everything that leaves the function: logs, errors,
commands with their outputs, and environment. It looks for each secret as it is, in base64, as AUTH PLAIN and AUTH LOGIN
write it, and URL-encoded.`;
}

function mistakes({ caught, mutation }: Report): string {
  const found = caught.filter(({ when }) => when !== undefined).length;
  return `## Would the tests notice a mistake?

Each of these functions has a mistake that others, or earlier versions of this one, have made. They are built from today's sources, and the tests catch
${found} of ${caught.length}.

${tableOf(['a function that', 'breaks', 'in run', 'when'], caught.map(({ name, promise, runs, when }) => [
  name, promise, figure(runs), when ?? '**not caught**',
]))}

${mutation ? mutationText(mutation) : '`npm run mutation` has not been run.'}`;
}

/** The exceptions that showed in these runs. */
function exceptions({ rows }: Report): string {
  const shown = new Set(rows.flatMap(row => row.exceptions ?? []));
  const namesOf = (isDefect: boolean) => EXCEPTIONS.filter(exception => shown.has(exception.name) && Boolean(exception.isDefect) === isDefect)
    .map(({ name }) => `${name[0].toUpperCase()}${name.slice(1)}.`);
  const lists = [
    ['These deployments end worse than promised, because AWS works like that:', namesOf(false)],
    ['These are known defects:', namesOf(true)],
  ] as const;
  return lists.filter(([, names]) => names.length > 0).map(([title, names]) => list(title, names)).join('\n\n');
}

function mutationText({ score, killed, timedOut, survived, noCoverage, total }: MutationScore): string {
  return `Mutation testing (\`npm run mutation\`) makes ${figure(total)} small changes to the function. The tests notice `
    + `${figure(killed + timedOut)} of them (${score.toFixed(1)} %); [the other ${figure(survived + noCoverage)} survive](mutation.md).`;
}

function sample({ comparison: { subjects, runs, rows } }: Report): string {
  return `## Beside the AWS sample

The same single faults hit this library and a model of the sample's algorithm at every point, over the sample's stack:
an empty secret and two servers. \`test/reliability/sample/\` names what the model leaves out. The SDK retries in both. Each
run has two rotations with the fault, and one without.

${tableOf(['number of runs in which', ...subjects], [
  ...rows.map(({ outcome, runs: counts }) => [outcome, ...counts.map(figure)]),
  ['runs', ...runs.map(figure)],
])}`;
}

function list(title: string, entries: readonly string[]): string {
  return `${title}\n\n${entries.map(entry => `- ${entry}`).join('\n')}`;
}

function tableOf(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}
