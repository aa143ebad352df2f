import { checkStages, type Rotation } from './rotation';
import { FleetConfig } from '../../src/private/rotation-contract';
import { isUnfinished, PENDING, SecretVersion, SecretVersions } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { awaitPush, checkLast, describeFailure, FleetVerdict, Push, startPush } from '../fleet/fleet-push';
import { proveLogins } from '../proof/login-proof';
import { proveSending } from '../proof/message-proof';
import { Credential, mentionsAccessKey } from '../secret/credential';

/** How often in a row SES must accept a credential before a mail server is told of it. */
const PROOF = 3;

/**
 * Begins the staging labels of the versions that a mail server may hold, whatever becomes of their rotation, and
 * ends in the version's id. A labelled version refers to its key, so that nobody takes the key for a left-over.
 */
const DELIVERED = 'SES_SMTP_DELIVERED_';

/** Whether a mail server may hold this version's credential. */
export function isDelivered({ stages }: SecretVersion): boolean {
  return stages.some(isDeliveryLabel);
}

export function isDeliveryLabel(stage: string): boolean {
  return stage.startsWith(DELIVERED);
}

/** Proves a version's credential, hands it to every mail server, and waits until all of them confirm. */
export async function deliver(rotation: Rotation, version: SecretVersion, credential: Credential): Promise<void> {
  const { config: { fleets }, token, versions } = rotation;
  await proveLogins(rotation, version, PROOF);
  if (fleets.length === 0) return;
  if (!isDelivered(version)) {
    // A mail server gives messages back to their senders that SES refuses: what is new must be able to send before a server has it.
    if (isUnfinished(version.stages)) await proveSending(rotation, version);
    await attachLabel(versions, version.id);
  }
  const { id: versionId, secretArn } = version;
  const push = { ...rotation, credential, secretArn, versionId, rotationToken: token, region: secretArn.split(':')[3], givenUp: new Map() };
  const verdicts = await pushToAll(push, fleets);
  throwIfAnyFailed(verdicts);
  await checkMinimumTargets(rotation, verdicts);
  await releaseOthers(rotation, push, verdicts);
}

/** Notes that a mail server may hold a version. */
export async function attachLabel(versions: SecretVersions, id: string): Promise<void> {
  await versions.attach(`${DELIVERED}${id}`, id);
}

/**
 * Every server has confirmed this version, so that no other one is held any more: unless this rotation was overtaken,
 * or another one is about to give servers its own.
 */
async function releaseOthers({ versions }: Rotation, push: Push, verdicts: FleetVerdict[]): Promise<void> {
  const { versionId } = push;
  const all = await versions.stages();
  if (!all.get(versionId)?.some(isDeliveryLabel)) {
    await attachLabel(versions, versionId);
    throw new RotationError(`version ${versionId} was given to mail servers while another invocation gave them its own; the next attempt gives it again`,
      'rotations-that-met');
  }
  checkStages(versionId, all.get(versionId));
  // Last: whoever gives servers another version after this look finds that its own label is gone, and attaches it again.
  for (const { fleet, commandId } of verdicts) await checkLast(push, fleet, commandId);
  for (const [id, stages] of all) {
    if (id === versionId || stages.includes(PENDING)) continue;
    for (const label of stages.filter(isDeliveryLabel)) await versions.detach(label, id);
  }
}

/** Without fleets no server holds any version: whoever took the last fleet away has seen to that. */
export async function releaseAll({ versions }: Rotation, stages: Map<string, string[]>): Promise<void> {
  for (const [id, labels] of stages) {
    for (const label of labels.filter(isDeliveryLabel)) await versions.detach(label, id);
  }
}

/** Every fleet is sent its command before the first one is waited for. */
async function pushToAll(push: Push, fleets: FleetConfig[]): Promise<FleetVerdict[]> {
  const sent: [FleetConfig, string][] = [];
  for (const fleet of fleets) sent.push([fleet, await startPush(push, fleet)]);
  const verdicts: FleetVerdict[] = [];
  for (const [fleet, commandId] of sent) {
    const verdict = await awaitPush(push, fleet, commandId);
    const { confirmed, failed } = verdict;
    push.log.info('mail servers answered', { commandId, confirmed, targets: confirmed + failed, document: fleet.document.name });
    verdicts.push(verdict);
  }
  return verdicts;
}

function throwIfAnyFailed(verdicts: FleetVerdict[]): void {
  const problems = verdicts.map(describeFailure).filter(problem => problem !== undefined);
  if (problems.length > 0) throw new RotationError(problems.join('; '), 'a-server-did-not-take-the-credential');
}

/** Too few servers: harmless while no server can have a credential yet, and a mistake ever after. */
async function checkMinimumTargets(rotation: Rotation, verdicts: FleetVerdict[]): Promise<void> {
  const short = verdicts.filter(({ confirmed, fleet }) => confirmed < fleet.minimumTargets);
  if (short.length === 0) return;
  const problem = short.map(({ commandId, confirmed, fleet }) => `command ${commandId} (document ${fleet.document.name}) `
    + `reached ${confirmed} mail servers, at least ${fleet.minimumTargets} must confirm`).join('; ');
  if (!await isFirstRotation(rotation)) {
    throw new RotationError(`${problem}; check that the servers run, are registered in Systems Manager and match the targets`, 'node-offline');
  }
  rotation.log.warn(`${problem}; accepted because this is the first credential`);
}

async function isFirstRotation({ token, versions }: Rotation): Promise<boolean> {
  const others = [...(await versions.stages()).keys()].filter(id => id !== token);
  const values = await Promise.all(others.map(async id => versions.get(id)));
  return !values.some(version => version && mentionsAccessKey(version.value));
}
