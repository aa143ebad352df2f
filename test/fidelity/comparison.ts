import { Names } from './names';
import { Call, Sequence, Step } from './sequence';
import { Side } from './side';

/** How a step ended, in terms that do not depend on the side. */
export interface Result {
  readonly label: string;
  /** What a rotation's beginning and end show is an answer of DescribeSecret. */
  readonly action: string;
  readonly error?: string;
  readonly status?: number;
  readonly output?: unknown;
}

/** A place where the two sides do not say the same. */
export interface Shown {
  readonly sequence: string;
  readonly step: string;
  readonly action: string;
  /** Where in the answer, or 'error' where one side refuses. */
  readonly field: string;
  readonly world: unknown;
  readonly moto: unknown;
}

interface Metadata {
  readonly httpStatusCode?: number;
}

/** Sets up what a sequence needs, and makes its calls one after another. */
export async function play(sequence: Sequence, side: Side): Promise<Result[]> {
  const names = new Names();
  for (const UserName of sequence.users) await side.administer('iam', 'CreateUser', { UserName });
  for (const setup of sequence.secrets) {
    const { arn, versionId } = await side.createSecret(setup);
    names.learnSecret(arn);
    if (versionId !== undefined) names.learnVersion(versionId);
  }
  const results: Result[] = [];
  for (const step of sequence.steps) results.push(await playStep(step, side, names));
  return results;
}

/** The differences between two plays of the same sequence. */
export function compare(sequence: Sequence, world: Result[], moto: Result[]): Shown[] {
  return world.flatMap((result, index) => compareResults(result, moto[index]).map(difference => ({ sequence: sequence.name, ...difference })));
}

/** Where only one side refuses, or each in its own way, that is the difference, and not every field of the answers. */
function compareResults(world: Result, moto: Result): Omit<Shown, 'sequence'>[] {
  const { label: step, action } = world;
  if (world.error !== moto.error) return [{ step, action, field: 'error', world: world.error, moto: moto.error }];
  const [ofWorld, ofMoto] = [world, moto].map(({ status, output }) => new Map([['status', status], ...leaves(output)]));
  return [...new Set([...ofWorld.keys(), ...ofMoto.keys()])]
    .map(field => ({ step, action, field, world: ofWorld.get(field), moto: ofMoto.get(field) }))
    .filter(difference => JSON.stringify(difference.world) !== JSON.stringify(difference.moto));
}

async function playStep(step: Step, side: Side, names: Names): Promise<Result> {
  const what = { label: step.label, action: 'event' in step ? 'DescribeSecret' : step.action };
  try {
    const output = await perform(step, side, names);
    return { ...what, status: statusOf(output), output: normal(output, names) };
  } catch (error) {
    if (!(error instanceof Error) || statusOf(error) === undefined) throw error;
    return { ...what, error: error.name, status: statusOf(error) };
  }
}

async function perform(step: Step, side: Side, names: Names): Promise<object> {
  if ('event' in step) return step.event === 'rotation begins' ? side.beginRotation(step.secret, step.token) : side.endRotation(step.secret, step.token);
  const input = names.identified(step.input);
  if (step.administers) return side.administer(step.service, step.action, input).then(() => ({}));
  const output = await side.call(step.service, step.action, input);
  learnFrom(output, step, names);
  return output;
}

/** The ids that the server has made for this answer. */
export function learnFrom(output: object, { action, input }: Pick<Call, 'action' | 'input'>, names: Names): void {
  const { AccessKey, VersionId } = output as { AccessKey?: { AccessKeyId: string }; VersionId?: string };
  if (AccessKey) names.learnAccessKey(AccessKey.AccessKeyId);
  if (action === 'PutSecretValue' && VersionId !== undefined && input.ClientRequestToken === undefined) names.learnVersion(VersionId);
}

function statusOf(result: object): number | undefined {
  return (result as { $metadata?: Metadata }).$metadata?.httpStatusCode;
}

/** Without what must differ: times, request ids, chance. */
function normal(value: unknown, names: Names, key = ''): unknown {
  if (value instanceof Date) return '<date>';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return normalList(value.map(entry => normal(entry, names)));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([name, entry]) => name !== '$metadata' && entry !== undefined && entry !== null);
    return Object.fromEntries(entries.map(([name, entry]) => [names.named(name), normal(entry, names, name)]));
  }
  if (key === 'SecretAccessKey') return '?'.repeat(String(value).length);
  if (key === 'UserId') return /^AIDA[A-Z0-9]{17}$/.test(String(value)) ? 'AIDA?????????????????' : '?';
  return names.named(value);
}

/** What has no order is sorted; what has an id stands under its id. */
function normalList(values: unknown[]): unknown {
  const ids = values.map(value => (value as { VersionId?: string }).VersionId ?? (value as { AccessKeyId?: string }).AccessKeyId);
  if (values.length > 0 && ids.every(id => id !== undefined)) return Object.fromEntries(values.map((value, index) => [ids[index], value]));
  return values.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value === undefined ? [] : [[path, value]];
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, path === '' ? key : `${path}.${key}`));
}
