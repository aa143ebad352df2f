import { deploy, DeploymentOptions, singles, unexpected } from './campaign';
import { CHANGES, DEEDS } from './changes';
import { CANCELLED, Mishap, RATE_EXCEEDED, SERVER_ECHOES, SERVER_NOT_LISTED, SERVER_OFFLINE } from './faults';
import { Change } from './place';
import { DeploymentRun } from './run';
import { REPLY_LOST } from '../faults';
import { buildVariant } from '../known-bad/build';
import { Replacement } from '../known-bad/replacement';

/** The function with a mistake that it once had, and the promise that a deployment must be seen to break. */
export interface KnownBadDeployment {
  readonly name: string;
  readonly promise: string;
  readonly replacements: readonly Replacement[];
  readonly change: string;
  /** What goes wrong, at every point; nothing unless told. */
  readonly mishaps?: readonly Mishap[];
  readonly options?: DeploymentOptions;
}

/** How a mistake was found out. */
export interface DeploymentCatch {
  readonly variant: KnownBadDeployment;
  /** Deployments up to the one that broke the promise. */
  readonly runs: number;
  /** That one; undefined if the mistake was not found out. */
  readonly run?: DeploymentRun;
}

/** The reply to a change of a label is lost, and the SDK sends it again. */
const SENT_TWICE: Mishap = { name: 'label moved twice', actions: ['UpdateSecretVersionStage'], call: REPLY_LOST.call, isHarmless: true };

export const KNOWN_BAD_DEPLOYMENTS: readonly KnownBadDeployment[] = [
  {
    name: 'counts a command that met no server as one that needed none',
    promise: 'P3',
    change: 'the first deployment',
    mishaps: [RATE_EXCEEDED],
    replacements: [{
      module: 'fleet/push',
      function: 'readAnswers',
      as: 'async (reader, fleet, pushed, { CommandId }) => ({ fleet, commandId: CommandId, confirmed: 0, failed: 0, failures: [] })',
    }],
  },
  {
    name: 'waits for servers that a command which has ended does not list',
    promise: 'P8',
    change: 'the first deployment',
    mishaps: [SERVER_NOT_LISTED],
    replacements: [{
      module: 'fleet/push',
      function: 'readAnswers',
      as: `async (reader, fleet, pushed, command) => {
        const { clock, end, random } = reader;
        const verdict = await new BackOff(clock, random, 2 * SECOND, 15 * SECOND).poll(end, async () => completeVerdict(reader, fleet, pushed, command));
        if (verdict) return verdict;
        throw new OutOfTimeError('command ' + command.CommandId + ' (document ' + fleet.document.name + ') was still running when the function had to end', 'node-offline');
      }`,
    }],
  },
  {
    name: 'starts a rotation whenever the credential is not yet what it waits for',
    promise: 'P9',
    change: 'another format',
    mishaps: [CANCELLED],
    replacements: [
      { module: 'lifecycle/deployment', function: 'checkNotSuperseded', as: '() => undefined' },
      { module: 'lifecycle/ensure-credential', function: 'watchRotation', as: '() => undefined' },
      { module: 'lifecycle/ensure-credential', function: 'startRotation', as: 'async ({ versions }) => versions.startRotation()' },
    ],
  },
  {
    name: 'rotates to go back from a deployment',
    promise: 'P9',
    change: 'another format',
    mishaps: [CANCELLED],
    replacements: [{ module: 'rotation/suitability', function: 'findFormer', as: '() => undefined' }],
  },
  {
    name: 'leaves a rotation unfinished when an update fails',
    promise: 'P9',
    change: 'another schedule and another format',
    mishaps: [SERVER_OFFLINE],
    replacements: [{ module: 'lifecycle/recall', function: 'endRotation', as: 'async () => undefined' }],
  },
  {
    name: 'fails when somebody else has promoted its version',
    promise: 'P9',
    change: 'the first deployment',
    mishaps: [SENT_TWICE],
    options: { propagationDelay: 200_000, sdkRetries: true },
    replacements: [{
      module: 'aws/secret-versions',
      function: 'SecretVersions.makeCurrent',
      as: `async function (id, present) {
        await this.client.send(new UpdateSecretVersionStageCommand({
          SecretId: this.secretId, VersionStage: CURRENT, MoveToVersionId: id, RemoveFromVersionId: present,
        }));
      }`,
    }],
  },
  {
    name: 'says nothing about a value that mentions an access key and cannot be read',
    promise: 'P10',
    change: 'somebody loses the value of the secret',
    replacements: [{ module: 'watchdog/current-credential', function: 'checkMissing', as: '() => undefined' }],
  },
  {
    name: 'skips a credential for another region, whether its key exists or not',
    promise: 'P10',
    change: 'another region, with the next rotation, when somebody has deleted the key',
    replacements: [{
      module: 'watchdog/current-credential',
      function: 'checkCredential',
      as: 'async (context, { versions }) => { const current = versions.find(isCurrent); return missingRegions(current.value, context.config).length > 0 ? undefined : whyDead(context, current, findCredential(context, current)); }',
    }],
  },
  {
    name: 'looks at the current credential only, and not at what servers may hold',
    promise: 'P10',
    change: 'somebody puts a new credential into the secret, and deletes the key of before',
    replacements: [{ module: 'watchdog/checks', function: 'checkServers', as: '() => undefined' }],
  },
  {
    name: 'does not mind that another function rotates its secret',
    promise: 'P10',
    change: 'somebody gives the secret to another function',
    replacements: [{ module: 'watchdog/checks', function: 'isOfOtherFunction', as: '() => false' }],
  },
  {
    name: 'repeats what a mail server says, password included',
    promise: 'P7',
    change: 'the first deployment',
    mishaps: [SERVER_ECHOES],
    replacements: [{ module: 'secret/redaction', function: 'redact', as: 'text => text' }],
  },
  {
    name: 'takes a secret that is marked for deletion for one that is there',
    promise: 'P9',
    change: 'the last deployment, of a secret that somebody has deleted',
    replacements: [{
      module: 'keys/inventory',
      function: 'readSecret',
      as: `async (versions, reading) => {
        const secret = await versions.describe();
        reading.onSecret?.(secret);
        const found = await Promise.all([...secret.stages].map(async ([id]) => read(versions.get(id), undefined, reading)));
        return { secret, versions: found.filter(version => version !== undefined) };
      }`,
    }],
  },
  {
    name: 'reads a time in every id, also in one that CloudFormation made up',
    promise: 'P9',
    change: 'the first deployment, with an imported user',
    mishaps: [CANCELLED],
    replacements: [{ module: 'lifecycle/physical-id', function: 'ownKeysSince', as: "({ PhysicalResourceId = '' }) => Date.parse(PhysicalResourceId.split(' ').at(-1))" }],
  },
  {
    name: 'revokes the current key, whichever key is named',
    promise: 'P1',
    change: 'somebody revokes the current key, twice',
    replacements: [{
      module: 'lifecycle/revocation',
      function: 'revokeKey',
      as: `async context => {
        const { keys, versions } = await takeInventory(context);
        const current = versions.find(({ stages }) => stages.includes(CURRENT));
        const key = keys.find(candidate => isReferenced(candidate, [current]));
        await context.keys.deactivate(key.id);
        await startRotation(context);
        return { revoked: key.id };
      }`,
    }],
  },
  {
    name: 'keeps the labels of versions whose keys are gone',
    promise: 'P5',
    change: 'somebody cleans up after many rotations that failed over one server',
    replacements: [{ module: 'rotation/delivery', function: 'releaseDead', as: 'async () => undefined' }],
  },
  {
    name: 'measures a key by its age alone, whenever the next rotation is due',
    promise: 'P10',
    change: 'a shorter schedule, without a rotation',
    replacements: [{
      module: 'watchdog/key-age',
      function: 'allowedAge',
      as: '({ config }) => (config.maxAgeSeconds ?? Infinity) * SECOND',
    }],
  },
  {
    name: 'forgets whose key it has taken back',
    promise: 'P9',
    change: 'another format',
    mishaps: [CANCELLED],
    replacements: [
      { module: 'lifecycle/recall', function: 'keepLabelled', as: 'async () => undefined' },
      { module: 'lifecycle/recall', function: 'giveUp', as: 'async (context, id) => context.versions.detach(PENDING, id)' },
    ],
  },
];

/** Deploys with the mistake, and lets everything go wrong that the variant names, until it breaks the promise that it is about. */
export async function huntInDeployments(variant: KnownBadDeployment): Promise<DeploymentCatch> {
  const subject = await buildVariant(variant);
  const change = [...CHANGES, ...DEEDS].find(({ name }) => name === variant.change);
  if (!change) throw new Error(`there is no change ${variant.change}`);
  let runs = 0;
  for await (const run of runsOf(change, variant, { ...variant.options, subject, known: new Set() })) {
    runs += 1;
    if (unexpected(run).some(({ promise }) => promise === variant.promise)) return { variant, runs, run };
  }
  return { variant, runs };
}

async function* runsOf(change: Change, { mishaps }: KnownBadDeployment, options: DeploymentOptions): AsyncGenerator<DeploymentRun> {
  if (mishaps) yield* singles(change, mishaps, options);
  else yield deploy(change, new Map(), options);
}
