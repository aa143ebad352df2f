import { forgetEmpty, noteEmpty } from './empty-version';
import { allowedAge, ROTATION_TIME } from './key-age';
import { Problem, rotateNow } from './problem';
import { SecretDescription, SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { HOUR, MINUTE, SECOND } from '../basics/time';
import { Context, unqualified } from '../context';
import { Inventory, rotationInFlight, SecretContent } from '../keys/inventory';
import { currentKey, isOwnKey, isReferenced } from '../keys/key-use';
import { endpointIn } from '../proof/endpoints';
import { parseFormer } from '../secret/credential';
import { CURRENT, isCurrent, isDelivered, PENDING } from '../secret/labels';

/** A key is stored within seconds after its creation. */
const STORING_TIME = HOUR;
/** IAM lists a new key within seconds. */
const LISTING_TIME = 10 * MINUTE;

/** AWSCURRENT must not be older than its schedule allows. While a rotation is running, checkPending checks that one instead. */
export function checkSchedule(context: Context, inventory: Inventory): Problem {
  const { clock, config } = context;
  const { secret } = inventory;
  if (isOfOtherFunction(context, secret)) return otherFunction(context, secret);
  const again = rotateNow(config.secretArn);
  if (!secret.rotationEnabled) return new RotationError(`rotation is disabled; to enable it and rotate: ${again}`, 'rotation-overdue');
  if (rotationInFlight(secret)) return undefined;
  const { rotationDueAt = Infinity } = secret;
  if (clock.now() - rotationDueAt > ROTATION_TIME) {
    return new RotationError(`no rotation has run since the one due at ${new Date(rotationDueAt).toISOString()}; to rotate now: ${again}`, 'rotation-overdue');
  }
  const key = currentKey(inventory);
  if (!key || clock.now() - key.createdAt <= allowedAge(context, secret, key)) return undefined;
  return new RotationError(`access key ${key.id} in ${CURRENT} was created at ${new Date(key.createdAt).toISOString()} and is older than the schedule allows; to rotate now: ${again}`,
    'rotation-overdue');
}

/** Whether another function rotates the secret. Then this function leaves its content alone. */
export function isOfOtherFunction({ functionArn }: Context, { rotationFunctionArn }: SecretDescription): boolean {
  return rotationFunctionArn !== undefined && unqualified(rotationFunctionArn) !== functionArn;
}

function otherFunction({ config: { secretArn }, functionArn }: Context, { rotationFunctionArn }: SecretDescription): RotationError {
  return new RotationError(`another function rotates the secret, ${rotationFunctionArn}, so this one retires no keys; delete the stack that is no longer `
    + `needed; to rotate the secret with this function: ${rotateNow(secretArn)} --rotation-lambda-arn ${functionArn}`, 'another-function-rotates-the-secret');
}

/**
 * Servers may hold a delivered version until all of them have confirmed another one, so its key must work as well. A new key may
 * not be in the list yet.
 */
export async function checkServers(context: Context, { keys, versions }: Inventory): Promise<Problem> {
  const { clock, config, keys: { userName } } = context;
  const isDead = async (version: SecretVersion) => {
    const key = keys.find(candidate => isReferenced(candidate, [version]));
    if (key) return !key.active;
    return clock.now() - version.createdAt > LISTING_TIME && !await isOfOtherUser(context, version);
  };
  const dead: SecretVersion[] = [];
  const delivered = config.fleets.length > 0 ? versions.filter(version => isDelivered(version) && !isCurrent(version)) : [];
  for (const version of delivered) if (await isDead(version)) dead.push(version);
  if (dead.length === 0) return undefined;
  const ids = dead.map(({ id, value }) => `${parseFormer(value)?.username} (version ${id})`);
  return new RotationError(`mail servers may hold a credential whose access key is inactive or deleted: ${ids.join(', ')}; to give them another one: `
    + `${rotateNow(config.secretArn)}; to reactivate a key: aws iam update-access-key --user-name ${userName} --access-key-id … --status Active`, 'servers-may-hold-a-dead-key');
}

/** The user of a deployment that was abandoned, whose keys the function may not list: a login shows that the key exists. */
async function isOfOtherUser({ config, loginAt }: Context, { value }: SecretVersion): Promise<boolean> {
  const credential = parseFormer(value);
  const endpoint = credential && endpointIn(credential.region, config);
  return endpoint !== undefined && (await loginAt(endpoint)(credential!)).outcome === 'accepted';
}

/** A rotation must come to an end. */
export async function checkPending(context: Context, { secret, versions }: SecretContent): Promise<Problem> {
  const { clock, config } = context;
  const id = rotationInFlight(secret);
  const filled = versions.find(version => version.id === id);
  await forgetEmpty(context, secret, filled ? undefined : id);
  if (!id) return undefined;
  const since = filled?.createdAt ?? await noteEmpty(context, secret, id);
  const longestPush = Math.max(0, ...config.fleets.map(({ timeoutSeconds }) => timeoutSeconds)) * SECOND;
  if (clock.now() - since <= ROTATION_TIME + longestPush) return undefined;
  return new RotationError(`version ${id} has been ${PENDING} since ${new Date(since).toISOString()}: its rotation is stuck; `
    + 'look for the last failed step in the log, fix what it names, and rotate again', 'stuck-rotation');
}

/** Every key must be one that the secret refers to. */
export function checkKeys({ clock, config, keys: { userName } }: Context, inventory: Inventory): Problem {
  const { keys, versions } = inventory;
  const stray = keys.find(key => !isReferenced(key, versions) && clock.now() - key.createdAt > STORING_TIME);
  if (!stray) return undefined;
  const outcome = isOwnKey(config, stray, inventory) ? 'the next rotation deletes it' : 'the rotation stops when it needs the slot';
  return new RotationError(`no version of the secret refers to access key ${stray.id} of user "${userName}"; ${outcome}; `
    + `if nothing uses it: aws iam delete-access-key --user-name ${userName} --access-key-id ${stray.id}`, 'stray-key');
}
