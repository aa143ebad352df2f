import { allowedAge, ROTATION_TIME } from './key-age';
import { Problem, rotateNow } from './problem';
import { SecretDescription } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { HOUR, SECOND } from '../basics/time';
import { Context, unqualified } from '../context';
import { Inventory, rotationInFlight } from '../keys/inventory';
import { currentKey, isOwnKey, isReferenced } from '../keys/key-use';
import { CURRENT, PENDING } from '../secret/labels';

/** Between the making of a key and the storing of it lie seconds. */
const STORING_TIME = HOUR;

/** AWSCURRENT must not be older than its schedule allows; while a rotation is in flight, that is what is looked at. */
export function checkSchedule(context: Context, inventory: Inventory): Problem {
  const { clock, config } = context;
  const { secret } = inventory;
  if (isOfOtherFunction(context, secret)) return otherFunction(context, secret);
  const again = rotateNow(config.secretArn);
  if (!secret.rotationEnabled) return new RotationError(`rotation is switched off; to switch it on and rotate: ${again}`, 'rotation-overdue');
  if (rotationInFlight(secret)) return undefined;
  const { rotationDueAt = Infinity } = secret;
  if (clock.now() - rotationDueAt > ROTATION_TIME) {
    return new RotationError(`the rotation that was due at ${new Date(rotationDueAt).toISOString()} did not come; ${again}`, 'rotation-overdue');
  }
  const key = currentKey(inventory);
  if (!key || clock.now() - key.createdAt <= allowedAge(context, secret, key)) return undefined;
  return new RotationError(`access key ${key.id} in ${CURRENT} is of ${new Date(key.createdAt).toISOString()}, older than the schedule allows; ${again}`,
    'rotation-overdue');
}

/** Whether another function rotates the secret: what is in it is not ours any more. */
export function isOfOtherFunction({ functionArn }: Context, { rotationFunctionArn }: SecretDescription): boolean {
  return rotationFunctionArn !== undefined && unqualified(rotationFunctionArn) !== functionArn;
}

function otherFunction({ config: { secretArn }, functionArn }: Context, { rotationFunctionArn }: SecretDescription): RotationError {
  return new RotationError(`the secret is rotated by another function, ${rotationFunctionArn}, so this one retires no keys; delete the stack that is no longer `
    + `needed; to rotate the secret with this function: ${rotateNow(secretArn)} --rotation-lambda-arn ${functionArn}`, 'another-function-rotates-the-secret');
}

/** A rotation must come to an end. */
export function checkPending({ clock, config }: Context, { secret, versions }: Inventory): Problem {
  const id = rotationInFlight(secret);
  if (!id) return undefined;
  // Of a version without a value, nothing tells the age; the secret has not changed since it came.
  const since = versions.find(version => version.id === id)?.createdAt ?? secret.changedAt;
  const longestPush = Math.max(0, ...config.fleets.map(({ timeoutSeconds }) => timeoutSeconds)) * SECOND;
  if (clock.now() - since <= ROTATION_TIME + longestPush) return undefined;
  return new RotationError(`version ${id} has been ${PENDING} since ${new Date(since).toISOString()}: its rotation is stuck; `
    + 'look for the last failed step in the log, mend what it names, and rotate again', 'stuck-rotation');
}

/** Every key must be one that the secret refers to. */
export function checkKeys({ clock, config, keys: { userName } }: Context, { keys, secret, versions }: Inventory): Problem {
  const stray = keys.find(key => !isReferenced(key, versions) && clock.now() - key.createdAt > STORING_TIME);
  if (!stray) return undefined;
  const outcome = isOwnKey(config, stray, secret) ? 'the next rotation deletes it' : 'the rotation stops once it needs its slot';
  return new RotationError(`no version of the secret refers to access key ${stray.id} of user "${userName}"; ${outcome}; `
    + `if nothing uses it: aws iam delete-access-key --user-name ${userName} --access-key-id ${stray.id}`, 'stray-key');
}
