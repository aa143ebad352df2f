import { establish, START_TIME } from './first-rotation';
import { inFlight, takeInventory } from './inventory';
import { isReferenced } from './key-use';
import { freeSlots, windUp } from './last-day';
import { Log } from './log';
import { equip, Rotation, rotationBy, Surroundings, Upkeep } from './rotation';
import { runStep } from './step';
import { CredentialProperties, RotationConfig } from '../src/rotation-contract';

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

/** CloudFormation takes 4,096 bytes of answer in all. */
const REASON_LENGTH = 2000;

/** Everything that it takes to do what CloudFormation asks for. */
interface Request {
  readonly event: CloudFormationEvent;
  readonly config: RotationConfig;
  readonly surroundings: Surroundings;
  readonly remainingTime: number;
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

/** Now, or when the first rotation, which has begun meanwhile, made its key. */
async function beginning(request: Request): Promise<number> {
  const { clock } = request.surroundings;
  try {
    const { keys, secret, versions } = await takeInventory(upkeepOf(request, request.config, 'waitForRotation'));
    const pending = inFlight(secret);
    const key = keys.find(candidate => isReferenced(candidate, versions.filter(({ id }) => id === pending)));
    return key?.createdAt ?? clock.now();
  } catch {
    // The function's policy may not be in force yet; then no step has made a key either.
    return clock.now();
  }
}

/** Where user or secret are others than before, the credential is awaited in any case: the keys before it are deleted next. */
async function provide(request: Request): Promise<void> {
  const { config, event, remainingTime, surroundings } = request;
  const { OldResourceProperties: before, RequestType, ResourceProperties: now } = event;
  const isNew = !isSame(event);
  if (before && isNew && before.SecretArn !== now.SecretArn) await freeSlots(upkeepOf(request, configOf(config, before), 'waitForRotation'));
  if (now.WaitForFirstRotation === 'true' || (RequestType === 'Update' && isNew)) {
    await establish(config, surroundings, remainingTime, { startTime: START_TIME, settled: RequestType === 'Create' });
  }
  if (before && !isNew && (before.SecretArn !== now.SecretArn || before.UserName !== now.UserName)) await forgetFailed(request, before);
}

/** An update to another user or secret failed, and is rolled back. What it has left must not keep the rollback from coming to its end. */
async function forgetFailed(request: Request, failed: ResourceProperties): Promise<void> {
  await remove(request, failed).catch(() => undefined);
}

/** Deletes the keys of a user and a secret, which may be those of today, or one of them. */
async function remove(request: Request, gone: ResourceProperties): Promise<void> {
  const { config, event: { PhysicalResourceId = '', RequestType } } = request;
  const rotation = rotationOf(request, configOf(config, gone));
  const isSecretOfToday = gone.SecretArn === config.secretArn;
  const isUserOfToday = gone.UserName === config.user.name;
  await runStep('deleteKeys', rotation.log, 'mend that, and delete the stack again', async () => windUp(rotation, {
    functionArn: gone.ServiceToken,
    since: Date.parse(PhysicalResourceId.split(' ').at(-1)!),
    secretStays: isSecretOfToday && !isUserOfToday,
    successor: isUserOfToday && !isSecretOfToday ? rotationOf(request, config) : undefined,
    hasFailed: RequestType === 'Update',
  }));
}

function rotationOf(request: Request, config: RotationConfig): Rotation {
  return rotationBy(request.surroundings, request.event.RequestId, upkeepOf(request, config, 'deleteKeys'));
}

/** The configuration as it was with the user and the secret of then. */
function configOf(config: RotationConfig, { SecretArn, UserName, UserOwned }: CredentialProperties): RotationConfig {
  return { ...config, secretArn: SecretArn, user: { name: UserName, owned: UserOwned === 'true' } };
}

function upkeepOf({ remainingTime, surroundings }: Request, config: RotationConfig, step: string): Upkeep {
  const log = new Log({ secretArn: config.secretArn, step }, surroundings.writeLog);
  return equip(config, config.secretArn, surroundings, remainingTime, log);
}
