import { RunOptions } from '../campaign';
import { Fault, KILLED_AFTER, REPLY_LOST, SERVER_DOES_NOTHING, SERVERS_LATE, SERVERS_SLOW, VALUE_NOT_VISIBLE } from '../faults';
import { CANCEL_AND_CLEAN_UP, EDIT_SECRET, justBefore } from '../people';
import { IMPORTED, LARGE_FLEET, LINGERING_CONSUMER, NO_FLEET, ONE_FLEET, PATIENT_FLEET, Setup, TWO_REGIONS } from '../setups';
import { Replacement } from './replacement';

/** The function with a mistake that others have made, and the promise that it must be seen to break. */
export interface KnownBad {
  readonly name: string;
  readonly promise: string;
  readonly replacements: readonly Replacement[];
  readonly setup: Setup;
  readonly options?: RunOptions;
  /** What goes wrong; everything unless told. */
  readonly faults?: readonly Fault[];
}

export const PROMOTES_FIRST: Replacement = {
  module: 'rotation/set-secret',
  function: 'deliverOrAbandon',
  as: `async (context, delivery) => {
    await context.versions.makeCurrent(delivery.version.id, (await context.versions.getCurrent())?.id);
    await deliver(context, delivery);
  }`,
};

export const RETIRES_NO_KEY: Replacement = { module: 'keys/retirement', function: 'retireKeys', as: 'async () => []' };

export const KNOWN_BAD: readonly KnownBad[] = [
  {
    name: 'deletes the oldest key',
    promise: 'P1',
    setup: NO_FLEET,
    replacements: [
      { module: 'rotation/key-slots', function: 'deleteLeftOvers', as: 'async (_context, { keys }) => keys' },
      {
        module: 'rotation/key-slots',
        function: 'freeSlot',
        as: `async ({ keys: accessKeys }, _token, { keys }) => {
          if (keys.length === 2) await accessKeys.delete([...keys].sort((a, b) => a.createdAt - b.createdAt)[0].id);
        }`,
      },
    ],
  },
  {
    name: 'promotes before it pushes',
    promise: 'P3',
    setup: ONE_FLEET,
    replacements: [PROMOTES_FIRST],
  },
  {
    name: 'promotes what has not authenticated',
    promise: 'P3',
    setup: NO_FLEET,
    replacements: [{ module: 'proof/login-proof', function: 'proveLogins', as: 'async () => undefined' }],
  },
  {
    name: 'promotes what has not authenticated in an additional region',
    promise: 'P3',
    setup: TWO_REGIONS,
    replacements: [{ module: 'proof/endpoints', function: 'endpointsOf', as: '({ endpoint }) => [endpoint]' }],
  },
  {
    name: 'makes another key whenever it is tried again',
    promise: 'P5',
    setup: NO_FLEET,
    replacements: [{ module: 'rotation/create-secret', function: 'findFilled', as: '() => undefined' }],
  },
  {
    name: 'takes a key for a left-over whose value does not show yet',
    promise: 'P5',
    setup: NO_FLEET,
    faults: [KILLED_AFTER, VALUE_NOT_VISIBLE],
    replacements: [{ module: 'rotation/create-secret', function: 'waitAndReadAgain', as: 'async (_context, _token, inventory) => inventory' }],
  },
  {
    name: 'fills a version once more that servers hold already',
    promise: 'P2',
    setup: ONE_FLEET,
    faults: [REPLY_LOST, VALUE_NOT_VISIBLE],
    replacements: [
      { module: 'rotation/create-secret', function: 'waitAndReadAgain', as: 'async (_context, _token, inventory) => inventory' },
      { module: 'rotation/create-secret', function: 'mayBeEmpty', as: '() => true' },
    ],
  },
  {
    name: 'does not delete a key that could not be stored',
    promise: 'P5',
    setup: IMPORTED,
    replacements: [{ module: 'rotation/new-credential', function: 'discardUnlessStored', as: 'async (_context, _token, _key, cause) => { throw cause; }' }],
  },
  {
    name: 'deletes a key whose storing was not acknowledged',
    promise: 'P5',
    setup: NO_FLEET,
    faults: [REPLY_LOST],
    replacements: [{ module: 'rotation/new-credential', function: 'isStored', as: 'async () => false' }],
  },
  {
    name: 'trusts the status of the command',
    promise: 'P3',
    setup: ONE_FLEET,
    replacements: [{
      module: 'fleet/answers',
      function: 'completeVerdict',
      as: `async (_reader, fleet, _versionId, { CommandId: commandId, Status, TargetCount }) => {
        const confirmed = Status === 'Success' ? TargetCount : 0;
        return { fleet, commandId, confirmed, failed: TargetCount - confirmed, failures: [] };
      }`,
    }],
  },
  {
    name: 'promotes what servers had no time to confirm',
    promise: 'P3',
    setup: PATIENT_FLEET,
    faults: [SERVERS_SLOW],
    replacements: [{ module: 'rotation/delivery', function: 'completeDelivery', as: 'async ({ versions }) => versions.stages()' }],
  },
  {
    name: 'counts a success without the marker',
    promise: 'P3',
    setup: ONE_FLEET,
    replacements: [
      { module: 'fleet/answers', function: 'hasMarker', as: '() => true' },
      { module: 'fleet/answers', function: 'isSkipped', as: '() => false' },
    ],
  },
  {
    name: 'reads one page of invocations',
    promise: 'P3',
    setup: LARGE_FLEET,
    faults: [SERVER_DOES_NOTHING],
    replacements: [
      { module: 'fleet/answers', function: 'invocationsOf', as: 'async function *(reader, commandId) { yield* (await reader.runCommand.invocations(commandId))?.CommandInvocations ?? []; }' },
      { module: 'fleet/answers', function: 'completeVerdict', as: 'async (reader, fleet, versionId, { CommandId }) => readVerdict(reader, fleet, versionId, CommandId)' },
    ],
  },
  {
    name: 'believes a list of invocations that is not complete',
    promise: 'P3',
    setup: ONE_FLEET,
    faults: [SERVERS_LATE, SERVER_DOES_NOTHING],
    replacements: [{ module: 'fleet/answers', function: 'completeVerdict', as: 'async (reader, fleet, versionId, { CommandId }) => readVerdict(reader, fleet, versionId, CommandId)' }],
  },
  {
    name: 'returns early when the label has moved',
    promise: 'P5',
    setup: IMPORTED,
    replacements: [{
      module: 'rotation/rotation',
      function: 'perform',
      as: `async (step, context, token) => {
        if (!(await context.versions.stages()).get(token)?.includes('AWSCURRENT')) await STEPS[step](context, token);
      }`,
    }],
  },
  {
    name: 'lets the SDK repeat CreateAccessKey',
    promise: 'P5',
    setup: NO_FLEET,
    options: { sdkRetries: true },
    replacements: [{
      module: 'aws/access-keys',
      function: 'AccessKeys.create',
      as: `async function () {
        const { AccessKey: key } = await this.client.send(new CreateAccessKeyCommand({ UserName: this.userName }));
        return { id: key.AccessKeyId, secret: new SecretText(key.SecretAccessKey) };
      }`,
    }],
  },
  {
    name: 'sends the command again instead of waiting for it',
    promise: 'P6',
    setup: ONE_FLEET,
    replacements: [{ module: 'fleet/push', function: 'findSent', as: 'async (context, push, fleet) => { await awaitEarlierCommands(context, push, fleet); }' }],
  },
  {
    name: 'logs the password',
    promise: 'P7',
    setup: NO_FLEET,
    replacements: [{
      module: 'rotation/new-credential',
      function: 'store',
      as: `async ({ log, versions }, token, key, value) => {
        await versions.putPending(token, value);
        log.info('credential stored', { accessKeyId: key.id, error: value.reveal() });
      }`,
    }],
  },
  {
    name: 'logs the login as SMTP writes it',
    promise: 'P7',
    setup: NO_FLEET,
    replacements: [{
      module: 'proof/login-proof',
      function: 'loginProof',
      as: `({ log, loginAt }, { credential, endpoint }) => {
        const { username, password } = credential;
        log.info('login', { error: Buffer.from(['', username, password.reveal()].join('\\0')).toString('base64') });
        return { subject: 'login', attempt: async () => loginAt(endpoint)(credential), accessKeyId: username, endpoint };
      }`,
    }],
  },
  {
    name: 'puts the secret key into an error',
    promise: 'P7',
    setup: NO_FLEET,
    replacements: [{ module: 'rotation/new-credential', function: 'discardUnlessStored', as: 'async (_context, _token, key) => { throw new Error(\'not stored: \' + encodeURIComponent(key.secret.reveal())); }' }],
  },
  {
    name: 'ends the grace when it sees that a key is unused',
    promise: 'P2',
    setup: NO_FLEET,
    options: { watched: true },
    replacements: [{ module: 'keys/retirement', function: 'isGraceOver', as: '() => true' }],
  },
  {
    name: 'counts the grace from the making of the key',
    promise: 'P2',
    setup: NO_FLEET,
    options: { watched: true },
    replacements: [{ module: 'keys/retirement', function: 'ensureGraceBegan', as: 'async (_context, key) => key.createdAt' }],
  },
  {
    name: 'deletes a key that it has just made inactive',
    promise: 'P2',
    setup: NO_FLEET,
    options: { watched: true },
    replacements: [{ module: 'keys/retirement', function: 'isInactiveTimeOver', as: '() => true' }],
  },
  {
    name: 'retires a key that a mail server may hold',
    promise: 'P2',
    setup: ONE_FLEET,
    faults: [justBefore(CANCEL_AND_CLEAN_UP)],
    options: { people: true, watched: true },
    replacements: [{ module: 'secret/labels', function: 'isInUse', as: 'version => isNeeded(version)' }],
  },
  {
    name: 'retires a key without a look whether it is used',
    promise: 'P11',
    setup: LINGERING_CONSUMER,
    options: { watched: true },
    replacements: [{ module: 'keys/hold', function: 'findHold', as: 'async () => undefined' }],
  },
  {
    name: 'makes a key inactive for which it has looked once',
    promise: 'P1',
    setup: NO_FLEET,
    faults: [{ ...justBefore(EDIT_SECRET), actions: ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'] }],
    options: { people: true, watched: true },
    replacements: [{ module: 'keys/retirement', function: 'isNeededAgain', as: 'async () => false' }],
  },
];
