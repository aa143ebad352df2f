import { establish, START_TIME } from './first-rotation';
import { inFlight, takeInventory } from './inventory';
import { isReferenced } from './key-use';
import { freeSlots, windUp } from './last-day';
import { Log } from './log';
import { equip, Surroundings, Upkeep } from './rotation';
import { RunCommand } from './run-command';
import { SecretVersions } from './secret-versions';
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
  const PhysicalResourceId = isSame(event) ? event.PhysicalResourceId : await nameNew(request);
  try {
    if (event.RequestType === 'Delete') await remove(request);
    else await provide(request);
    return { Status: 'SUCCESS', PhysicalResourceId };
  } catch (error) {
    // After an update that failed, CloudFormation goes back to the resource that there was.
    return { Status: 'FAILED', Reason: (error as Error).message.slice(0, REASON_LENGTH), PhysicalResourceId: event.PhysicalResourceId ?? PhysicalResourceId };
  }
}

function isSame({ PhysicalResourceId, ResourceProperties: now, OldResourceProperties: before = now }: CloudFormationEvent): boolean {
  return PhysicalResourceId !== undefined && now.SecretArn === before.SecretArn && now.UserName === before.UserName;
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
  const { OldResourceProperties, ResourceProperties } = event;
  if (OldResourceProperties && OldResourceProperties.SecretArn !== ResourceProperties.SecretArn) {
    await freeSlots(upkeepOf(request, configOf(config, OldResourceProperties), 'waitForRotation'));
  }
  if (ResourceProperties.WaitForFirstRotation !== 'true' && (event.RequestType === 'Create' || isSame(event))) return;
  await establish(config, surroundings, remainingTime, { startTime: START_TIME });
}

async function remove(request: Request): Promise<void> {
  const { config, event: { PhysicalResourceId = '', ResourceProperties }, surroundings: { secretsManager, ssm } } = request;
  const { SecretArn, ServiceToken, UserName } = ResourceProperties;
  const upkeep = upkeepOf(request, configOf(config, ResourceProperties), 'deleteKeys');
  const isSecretOfToday = SecretArn === config.secretArn;
  const isUserOfToday = UserName === config.user.name;
  await runStep('deleteKeys', upkeep.log, 'mend that, and delete the stack again', async () =>
    windUp({ ...upkeep, token: PhysicalResourceId, runCommand: new RunCommand(ssm) }, {
      functionArn: ServiceToken,
      since: Date.parse(PhysicalResourceId.split(' ').at(-1)!),
      secretStays: isSecretOfToday && !isUserOfToday,
      successor: isUserOfToday && !isSecretOfToday ? new SecretVersions(secretsManager, config.secretArn) : undefined,
    }));
}

/** The configuration as it was with the user and the secret of then. */
function configOf(config: RotationConfig, { SecretArn, UserName, UserOwned }: CredentialProperties): RotationConfig {
  return { ...config, secretArn: SecretArn, user: { name: UserName, owned: UserOwned === 'true' } };
}

function upkeepOf({ remainingTime, surroundings }: Request, config: RotationConfig, step: string): Upkeep {
  const log = new Log({ secretArn: config.secretArn, step }, surroundings.writeLog);
  return equip(config, config.secretArn, surroundings, remainingTime, log);
}
