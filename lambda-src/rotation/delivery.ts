import { checkAgain, checkStages } from './pending-version';
import { SecretVersions } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { describeFailure, FleetVerdict } from '../fleet/answers';
import { Push } from '../fleet/command';
import { checkStillLast, wasSentToAll } from '../fleet/earlier-commands';
import { OutOfTimeError } from '../fleet/pages';
import { pushToAll } from '../fleet/push';
import { Inventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { proveLogins } from '../proof/login-proof';
import { proveSending } from '../proof/message-proof';
import { mentionsAccessKey } from '../secret/credential';
import { deliveryLabel, isAppliedByServers, isCurrent, isDelivered, isDeliveryLabel, isPending, isUnfinished, Labelled, labelledIn } from '../secret/labels';

/** How often in a row SES must accept a credential before a mail server gets it. */
const SUCCESSES_IN_A_ROW = 3;

/** A version for the mail servers, with the credential in it. */
export type Delivery = Omit<Push, 'givenUp'>;

/** Proves a version's credential, gives it to every mail server, and waits until all of them confirm. */
export async function deliver(context: Context, delivery: Delivery): Promise<void> {
  const { config: { fleets }, versions } = context;
  const { version } = delivery;
  await proveLogins(context, version, SUCCESSES_IN_A_ROW);
  if (fleets.length === 0) return;
  // A mail server returns messages that SES refuses to their senders, so a new credential must be able to send before a server gets it.
  if (isUnfinished(version) && !isDelivered(version)) await proveSending(context, version);
  // The endpoint may have needed minutes.
  if (!isDelivered(await checkAgain(context, version.id))) await attachDeliveryLabel(versions, version.id);
  const push: Push = { ...delivery, givenUp: new Map() };
  const verdicts = await pushToAll(context, push);
  throwIfAnyFailed(verdicts);
  await checkMinimumTargets(context, delivery, verdicts);
  await releaseOthers(context, push, verdicts);
}

/**
 * Continues a delivery that an earlier step did not finish, before the version becomes current. Returns the labels after that. A delivery is
 * unfinished while another version has a delivery label: these labels are released when all servers have confirmed.
 */
export async function completeDelivery(context: Context, delivery: Delivery): Promise<Map<string, string[]>> {
  const { config: { fleets }, versions } = context;
  const { id } = delivery.version;
  const stages = await versions.stages();
  const labelled = labelledIn(stages, id);
  checkStages(id, labelled);
  if (fleets.length === 0 || isCurrent(labelled)) return stages;
  // A deployment may have changed the mail servers since.
  if (heldBesides(id, stages).length === 0 && await wasSentToAll(context, { ...delivery, givenUp: new Map() })) return stages;
  await deliver(context, delivery);
  return versions.stages();
}

/** Lets the next step wait for servers that need more time than this one has. Throws if the labels would not make it wait. */
export async function leaveToNextStep({ hasNextStep, log, versions }: Context, { version }: Delivery, error: unknown): Promise<void> {
  const needsTime = error instanceof OutOfTimeError && isUnfinished(version);
  if (!needsTime || !hasNextStep || heldBesides(version.id, await versions.stages()).length === 0) throw error;
  log.info('mail servers need more time: the next step keeps waiting for them');
}

/** The other versions that servers may hold, except one that another rotation is about to give them. */
function heldBesides(versionId: string, stages: Map<string, string[]>): [string, string[]][] {
  return [...stages].filter(([id, labels]) => id !== versionId && !isPending({ stages: labels }) && isDelivered({ stages: labels }));
}

/** Notes that a mail server may hold a version. */
export async function attachDeliveryLabel(versions: SecretVersions, id: string): Promise<void> {
  await versions.attach(deliveryLabel(id), id);
}

/**
 * Every server has confirmed this version, so no server holds another one, unless this rotation was overtaken or another one
 * is about to give servers its own.
 */
async function releaseOthers(context: Context, push: Push, verdicts: FleetVerdict[]): Promise<void> {
  const { versions } = context;
  const { id: versionId } = push.version;
  const all = await versions.stages();
  await relabelIfReleased(versions, versionId, labelledIn(all, versionId));
  checkStages(versionId, labelledIn(all, versionId));
  // Last: an invocation that gives servers another version after this check notices that its own label is missing, and attaches it again.
  for (const { fleet, commandId } of verdicts) await checkStillLast(context, push, fleet, commandId);
  await releaseAll(versions, heldBesides(versionId, all));
}

/** Another invocation releases this version when every server has confirmed its own. Then it is unknown which one they hold. */
async function relabelIfReleased(versions: SecretVersions, versionId: string, labelled: Labelled): Promise<void> {
  if (isDelivered(labelled)) return;
  await attachDeliveryLabel(versions, versionId);
  throw new RotationError(`another invocation gave mail servers its own version while this one gave them version ${versionId}; wait for the retry, which gives it to them again`,
    'rotations-that-met');
}

/** Notes that no mail server holds these versions. Without fleets, that is all versions: whoever removed the last fleet is responsible for its servers. */
export async function releaseAll(versions: SecretVersions, labelled: Iterable<[string, string[]]>): Promise<void> {
  for (const [id, stages] of labelled) await versions.detachAll(stages.filter(isDeliveryLabel), id);
}

/**
 * Removes the labels from versions whose keys were deleted by hand, before they use up the 20 labels that a secret may have. The latest version
 * keeps its label, from which the watchdog learns that servers may hold a deleted key.
 */
export async function releaseDead({ versions }: Context, { keys, versions: labelled }: Inventory): Promise<void> {
  const dead = labelled.filter(version => isDelivered(version) && !isAppliedByServers(version) && !keys.some(key => isReferenced(key, [version])));
  const older = dead.sort((a, b) => b.createdAt - a.createdAt).slice(1);
  await releaseAll(versions, older.map(({ id, stages }) => [id, stages]));
}

export function throwIfAnyFailed(verdicts: FleetVerdict[]): void {
  const problems = verdicts.map(describeFailure).filter(problem => problem !== undefined);
  if (problems.length > 0) throw new RotationError(problems.join('; '), 'a-server-did-not-apply-the-credential');
}

/** Too few servers are harmless while no server can have a credential yet, and an error after that. */
async function checkMinimumTargets(context: Context, { token }: Delivery, verdicts: FleetVerdict[]): Promise<void> {
  const short = verdicts.filter(({ confirmed, fleet }) => confirmed < fleet.minimumTargets);
  if (short.length === 0) return;
  const problem = short.map(({ commandId, confirmed, fleet }) => `command ${commandId} (document ${fleet.document.name}) `
    + `reached ${confirmed} mail servers, at least ${fleet.minimumTargets} must confirm`).join('; ');
  if (!await isFirstRotation(context, token)) {
    throw new RotationError(`${problem}; check that the servers run, are registered in Systems Manager and match the targets, then rotate again`, 'too-few-mail-servers');
  }
  context.log.warn(`${problem}; accepted because this is the first credential`);
}

async function isFirstRotation({ versions }: Context, token: string): Promise<boolean> {
  const others = [...(await versions.stages()).keys()].filter(id => id !== token);
  const values = await Promise.all(others.map(async id => versions.get(id)));
  return !values.some(version => version && mentionsAccessKey(version.value));
}
