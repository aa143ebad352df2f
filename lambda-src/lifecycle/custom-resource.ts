import { establish, START_TIME } from './ensure-credential';
import { recall } from './recall';
import { freeSlots, keepTrack, LATE_KEY_TIME, windUp } from './teardown';
import { CredentialProperties, RotationConfig } from '../../src/private/rotation-contract';
import { Log } from '../basics/log';
import { runStep } from '../basics/step';
import { SECOND } from '../basics/time';
import { inFlight, takeInventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { equip, Rotation, rotationBy, Surroundings, Upkeep } from '../rotation/rotation';

/**
 * What CloudFormation calls the function with. Whoever knows `ResponseURL` can answer in the function's place: it is in no log.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export interface CloudFormationEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: ResourceProperties;
  readonly OldResourceProperties?: ResourceProperties;
}

interface ResourceProperties extends CredentialProperties {
  /** The ARN of this function. */
  readonly ServiceToken: string;
}

/** In characters, of which each may be three bytes: CloudFormation takes 4,096 bytes of answer in all. */
const REASON_LENGTH = 1000;

/** Everything that it takes to do what CloudFormation asks for. */
interface Request {
  readonly event: CloudFormationEvent;
  readonly config: RotationConfig;
  readonly surroundings: Surroundings;
  /** The moment at which Lambda ends the invocation. */
  readonly end: number;
}

/**
 * The credential as a resource of the stack: created when it works and the mail servers have it, and deleted when its keys are.
 * Another user or secret makes it another resource: CloudFormation has the one before it deleted at the end of the update.
 */
export async function manageCredential(request: Request): Promise<void> {
  const { event: { LogicalResourceId, RequestId, ResponseURL, StackId }, surroundings } = request;
  const outcome = await carryOut(request);
  await surroundings.respond(ResponseURL, JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId }));
}

async function carryOut(request: Request) {
  const { event } = request;
  const PhysicalResourceId = event.RequestType === 'Delete' || isSame(event) ? event.PhysicalResourceId : await nameNew(request);
  try {
    if (event.RequestType === 'Delete') await remove(request, event.ResourceProperties);
    else await provide(request);
    return { Status: 'SUCCESS', PhysicalResourceId };
  } catch (error) {
    // After an update that failed, CloudFormation goes back to the resource that there was.
    return { Status: 'FAILED', Reason: (error as Error).message.slice(0, REASON_LENGTH), PhysicalResourceId: event.PhysicalResourceId ?? PhysicalResourceId };
  }
}

/** Whether the resource that there is has this user and this secret. */
function isSame({ PhysicalResourceId, ResourceProperties: { SecretArn, UserName } }: CloudFormationEvent): boolean {
  return PhysicalResourceId?.startsWith(`${SecretArn} ${UserName} `) ?? false;
}

/** The name tells since when the keys of the user can be ours. */
async function nameNew(request: Request): Promise<string> {
  const { SecretArn, UserName } = request.event.ResourceProperties;
  return [SecretArn, UserName, new Date(await beginning(request)).toISOString()].join(' ');
}

/** Now, or when the first rotation, which has begun meanwhile, made its key. In whole seconds, as IAM counts. */
async function beginning(request: Request): Promise<number> {
  const { config, event: { ResourceProperties }, surroundings: { clock } } = request;
  // All keys in a secret of ours were made here.
  if (ResourceProperties.SecretOwned === 'true') return 0;
  const now = Math.floor(clock.now() / SECOND) * SECOND;
  try {
    const { keys, secret, versions } = await takeInventory(upkeepOf(request, config, 'waitForRotation'));
    const pending = inFlight(secret);
    const key = keys.find(candidate => isReferenced(candidate, versions.filter(({ id }) => id === pending)));
    return Math.min(now, key?.createdAt ?? now);
  } catch {
    // The function's policy may not be in force yet; then no step has made a key either.
    return now;
  }
}

/** Where user or secret are others than before, the credential is awaited in any case: the keys before it are deleted next. */
async function provide(request: Request): Promise<void> {
  const { config, event, surroundings } = request;
  const { OldResourceProperties: before, RequestType, ResourceProperties: now } = event;
  const isNew = !isSame(event);
  if (before && isNew) await prepare(request, before);
  if (before && !isNew) await recall(rotationOf(request, config, 'waitForRotation'));
  if (now.WaitForFirstRotation === 'true' || (RequestType === 'Update' && isNew)) {
    await establish(config, surroundings, timeLeft(request), { startTime: START_TIME, settled: RequestType === 'Create' });
  }
  if (before && !isNew && (before.SecretArn !== now.SecretArn || before.UserName !== now.UserName)) await forgetFailed(request, before);
}

/** The rights on the former user may be gone already. */
async function prepare(request: Request, before: ResourceProperties): Promise<void> {
  const upkeep = upkeepOf(request, configOf(request.config, before), 'waitForRotation');
  const hasOtherSecret = before.SecretArn !== request.config.secretArn;
  await runStep('waitForRotation', upkeep.log, 'mend that, and deploy again', async () => hasOtherSecret ? freeSlots(upkeep) : keepTrack(upkeep));
}

/** An update to another user or secret failed, and is rolled back. What it has left must not keep the rollback from coming to its end. */
async function forgetFailed(request: Request, failed: ResourceProperties): Promise<void> {
  await remove(request, failed).catch(() => undefined);
}

/** Deletes the keys of a user and a secret, which may be those of today, or one of them. */
async function remove(request: Request, gone: ResourceProperties): Promise<void> {
  const { config, event: { PhysicalResourceId = '' } } = request;
  const rotation = rotationOf(request, configOf(config, gone), 'deleteKeys');
  const isSecretOfToday = gone.SecretArn === config.secretArn;
  const isUserOfToday = gone.UserName === config.user.name;
  await runStep('deleteKeys', rotation.log, 'mend that, and delete the stack again', async () => windUp(rotation, {
    functionArn: gone.ServiceToken,
    since: Date.parse(PhysicalResourceId.split(' ').at(-1)!),
    secretStays: isSecretOfToday && !isUserOfToday,
    userStays: isUserOfToday && !isSecretOfToday,
    today: isSecretOfToday ? undefined : rotationOf(request, config, 'deleteKeys'),
  }));
}

/** In time to look once more for keys that come late. */
function rotationOf(request: Request, config: RotationConfig, step: string): Rotation {
  const upkeep = upkeepOf(request, config, step);
  return rotationBy(request.surroundings, request.event.RequestId, { ...upkeep, deadline: upkeep.deadline - LATE_KEY_TIME });
}

/** What is left of the invocation's time, in milliseconds. */
function timeLeft({ end, surroundings: { clock } }: Request): number {
  return end - clock.now();
}

/** The configuration as it was with the user and the secret of then. */
function configOf(config: RotationConfig, { SecretArn, UserName, UserOwned }: CredentialProperties): RotationConfig {
  return { ...config, secretArn: SecretArn, user: { name: UserName, owned: UserOwned === 'true' } };
}

function upkeepOf(request: Request, config: RotationConfig, step: string): Upkeep {
  const log = new Log({ secretArn: config.secretArn, step }, request.surroundings.writeLog);
  return equip(config, config.secretArn, request.surroundings, timeLeft(request), log);
}
