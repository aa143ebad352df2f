import { RunOptions } from '../campaign';
import { Fault, KILLED_AFTER, REPLY_LOST, SERVER_DOES_NOTHING, SERVERS_LATE, VALUE_NOT_VISIBLE } from '../faults';
import { CANCEL_AND_CLEAN_UP, EDIT_SECRET, justBefore } from '../people';
import { IMPORTED, LARGE_FLEET, NO_FLEET, ONE_FLEET, Setup, TWO_REGIONS } from '../setups';

/** One mistake, as a change to the function's source. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The function with a mistake that others have made, and the promise that it must be seen to break. */
export interface KnownBad {
  readonly name: string;
  readonly promise: string;
  readonly edits: readonly Edit[];
  readonly setup: Setup;
  readonly options?: RunOptions;
  /** What goes wrong; everything unless told. */
  readonly faults?: readonly Fault[];
}

export const KNOWN_BAD: readonly KnownBad[] = [
  {
    name: 'deletes the oldest key',
    promise: 'P1',
    setup: NO_FLEET,
    edits: [{
      file: 'create-secret.ts',
      find: 'await freeSlot(rotation, present.filter(key => !leftOvers.includes(key)), secret.versions, held);',
      replace: 'if (present.length === 2) await keys.delete([...present].sort((a, b) => a.createdAt - b.createdAt)[0].id);',
    }],
  },
  {
    name: 'promotes before it pushes',
    promise: 'P3',
    setup: ONE_FLEET,
    edits: [{
      file: 'set-secret.ts',
      find: 'await deliver(rotation, version, credential);',
      replace: 'await rotation.versions.makeCurrent(version.id, (await rotation.versions.getCurrent())?.id); await deliver(rotation, version, credential);',
    }],
  },
  {
    name: 'promotes what has not authenticated',
    promise: 'P3',
    setup: NO_FLEET,
    edits: [
      { file: 'delivery.ts', find: 'await proveLogins(rotation, version, PROOF);', replace: '' },
      { file: 'test-secret.ts', find: 'await proveLogins(rotation, version, 1);', replace: '' },
    ],
  },
  {
    name: 'promotes what has not authenticated in an additional region',
    promise: 'P3',
    setup: TWO_REGIONS,
    edits: [
      { file: 'login-proof.ts', find: 'accountsIn(version, upkeep.config)', replace: 'accountsIn(version, upkeep.config).slice(0, 1)' },
      { file: 'test-secret.ts', find: 'if (pending) await proveSending(rotation, pending);', replace: '' },
    ],
  },
  {
    name: 'makes another key whenever it is tried again',
    promise: 'P5',
    setup: NO_FLEET,
    edits: [{ file: 'create-secret.ts', find: 'if (pending) return;', replace: '' }],
  },
  {
    name: 'takes a key for a left-over whose value does not show yet',
    promise: 'P5',
    setup: NO_FLEET,
    faults: [KILLED_AFTER, VALUE_NOT_VISIBLE],
    edits: [{ file: 'create-secret.ts', find: 'await findVersion(rotation);\n    secret', replace: 'secret' }],
  },
  {
    name: 'fills a version once more that servers hold already',
    promise: 'P2',
    setup: ONE_FLEET,
    faults: [REPLY_LOST, VALUE_NOT_VISIBLE],
    edits: [
      { file: 'create-secret.ts', find: 'await findVersion(rotation);\n    secret', replace: 'secret' },
      { file: 'create-secret.ts', find: 'return isPending && !stages.includes(CURRENT) && !stages.some(isDeliveryLabel);', replace: 'return isPending;' },
    ],
  },
  {
    name: 'does not delete a key that could not be stored',
    promise: 'P5',
    setup: IMPORTED,
    edits: [{ file: 'create-secret.ts', find: 'await discardUnlessStored(rotation, key, cause);', replace: 'throw cause;' }],
  },
  {
    name: 'deletes a key whose storing was not acknowledged',
    promise: 'P5',
    setup: NO_FLEET,
    faults: [REPLY_LOST],
    edits: [{ file: 'create-secret.ts', find: 'if (stored?.value.reveal().includes(id)) return;', replace: '' }],
  },
  {
    name: 'trusts the status of the command',
    promise: 'P3',
    setup: ONE_FLEET,
    edits: [{
      file: 'fleet-push.ts',
      find: 'const verdict = await judge(push, fleet, commandId);',
      replace: 'const ok = command.Status === "Success" ? command.TargetCount! : 0; const verdict = { fleet, commandId, confirmed: ok, failed: command.TargetCount! - ok, failures: [] };',
    }],
  },
  {
    name: 'counts a success without the marker',
    promise: 'P3',
    setup: ONE_FLEET,
    edits: [
      { file: 'fleet-push.ts', find: 'if (document.marker && !steps.some(', replace: 'if (false && !steps.some(' },
      { file: 'fleet-push.ts', find: 'if (steps.length === 0 || steps.every(isSkipped))', replace: 'if (steps.length === 0)' },
    ],
  },
  {
    name: 'reads one page of invocations',
    promise: 'P3',
    setup: LARGE_FLEET,
    faults: [SERVER_DOES_NOTHING],
    edits: [
      { file: 'fleet-push.ts', find: 'yield* page.CommandInvocations ?? [];\n    token = page.NextToken;', replace: 'yield* page.CommandInvocations ?? [];' },
      { file: 'fleet-push.ts', find: 'if (verdict.confirmed + verdict.failed >= command.TargetCount!) return verdict;', replace: 'return verdict;' },
    ],
  },
  {
    name: 'believes a list of invocations that is not complete',
    promise: 'P3',
    setup: ONE_FLEET,
    faults: [SERVERS_LATE, SERVER_DOES_NOTHING],
    edits: [{ file: 'fleet-push.ts', find: 'if (verdict.confirmed + verdict.failed >= command.TargetCount!) return verdict;', replace: 'return verdict;' }],
  },
  {
    name: 'returns early when the label has moved',
    promise: 'P5',
    setup: IMPORTED,
    edits: [{
      file: 'rotation.ts',
      find: 'await STEPS[step](rotation);',
      replace: 'if (!(await rotation.versions.stages()).get(rotation.token)?.includes(CURRENT)) await STEPS[step](rotation);',
    }],
  },
  {
    name: 'lets the SDK repeat CreateAccessKey',
    promise: 'P5',
    setup: NO_FLEET,
    options: { sdkRetries: true },
    edits: [{ file: 'access-keys.ts', find: 'this.singleTryClient.send(new CreateAccessKeyCommand', replace: 'this.client.send(new CreateAccessKeyCommand' }],
  },
  {
    name: 'sends the command again instead of waiting for it',
    promise: 'P6',
    setup: ONE_FLEET,
    edits: [{ file: 'fleet-push.ts', find: 'if (isLast && (', replace: 'if (false && (' }],
  },
  {
    name: 'logs the password',
    promise: 'P7',
    setup: NO_FLEET,
    edits: [{
      file: 'create-secret.ts',
      find: "log.info('credential stored', { accessKeyId: key.id });",
      replace: "log.info('credential stored', { accessKeyId: key.id, error: value.reveal() });",
    }],
  },
  {
    name: 'logs the login as SMTP writes it',
    promise: 'P7',
    setup: NO_FLEET,
    edits: [{
      file: 'login-proof.ts',
      find: 'const login = upkeep.loginAt(endpoint);',
      replace: 'const login = upkeep.loginAt(endpoint);'
        + "upkeep.log.info('login', { error: Buffer.from(['', credential.username, credential.password.reveal()].join('\\0')).toString('base64') });",
    }],
  },
  {
    name: 'puts the secret key into an error',
    promise: 'P7',
    setup: NO_FLEET,
    edits: [{
      file: 'create-secret.ts',
      find: 'await discardUnlessStored(rotation, key, cause);',
      replace: 'throw new Error(`not stored: ${encodeURIComponent(key.secret.reveal())}`);',
    }],
  },
  {
    name: 'ends the grace when it sees that a key is unused',
    promise: 'P2',
    setup: NO_FLEET,
    options: { watched: true },
    edits: [{ file: 'retirement.ts', find: 'if (clock.now() - unusedSince < config.gracePeriodSeconds * SECOND) return;', replace: '' }],
  },
  {
    name: 'counts the grace from the making of the key',
    promise: 'P2',
    setup: NO_FLEET,
    options: { watched: true },
    edits: [
      { file: 'retirement.ts', find: 'endGrace(upkeep: Upkeep, { id: accessKeyId }', replace: 'endGrace(upkeep: Upkeep, { id: accessKeyId, createdAt: unusedSince }' },
      { file: 'retirement.ts', find: 'const unusedSince = await graceBegan(upkeep, accessKeyId, version);', replace: '' },
    ],
  },
  {
    name: 'deletes a key that it has just made inactive',
    promise: 'P2',
    setup: NO_FLEET,
    options: { watched: true },
    edits: [{ file: 'retirement.ts', find: 'if (clock.now() - inactiveSince < INACTIVE_TIME) return;', replace: '' }],
  },
  {
    name: 'retires a key that a mail server may hold',
    promise: 'P2',
    setup: ONE_FLEET,
    faults: [justBefore(CANCEL_AND_CLEAN_UP)],
    options: { people: true, watched: true },
    edits: [{ file: 'retirement.ts', find: 'return isNeeded(version) || isDelivered(version);', replace: 'return isNeeded(version);' }],
  },
  {
    name: 'makes a key inactive for which it has looked once',
    promise: 'P1',
    setup: NO_FLEET,
    faults: [{ ...justBefore(EDIT_SECRET), actions: ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'] }],
    options: { people: true, watched: true },
    edits: [{
      file: 'retirement.ts',
      find: 'if (!await isStillUnused(upkeep, accessKeyId, version)) return;\n  await keys.deactivate',
      replace: 'await keys.deactivate',
    }],
  },
];
