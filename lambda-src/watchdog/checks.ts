import { SecretDescription, SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { HOUR, SECOND } from '../basics/time';
import { Context, unqualified } from '../context';
import { Inventory, rotationInFlight } from '../keys/inventory';
import { currentKey, isOwnKey, isReferenced } from '../keys/key-use';
import { missingRegions } from '../proof/endpoints';
import { proveLogins } from '../proof/login-proof';
import { Credential, mentionsAccessKey, parseCredential } from '../secret/credential';
import { CURRENT, isCurrent, PENDING } from '../secret/labels';

/** Secrets Manager tries a failed rotation again for a while, and a push to many servers takes its time. */
export const ROTATION_TIME = 6 * HOUR;
/** Between the making of a key and the storing of it lie seconds. */
const STORING_TIME = HOUR;

type Problem = RotationError | undefined;

/** AWSCURRENT must authenticate, at every endpoint that was configured when it was made. */
export async function checkCredential(context: Context, { keys, secret, versions }: Inventory): Promise<Problem> {
  const { config, log } = context;
  const current = versions.find(isCurrent);
  const credential = current && parseCredential(current.value, config.format);
  if (!credential) return checkMissing(context, current, secret);
  const key = keys.find(({ id }) => id === credential.username);
  const missing = missingRegions(current.value, config);
  if (missing.length > 0) log.warn(`the current credential was not made for ${missing.join(' and ')}: the next rotation makes one that is`);
  if (key?.active !== false && missing.includes(config.endpoint.region)) return undefined;
  const problem = key?.active === false ? inactiveKey(context, credential) : await refusal(context, current);
  return problem && await isStillCurrent(context, current) ? problem : undefined;
}

/** A rotation may have promoted another version since, and taken this one's key back where there is no grace. */
async function isStillCurrent({ versions }: Context, { id }: SecretVersion): Promise<boolean> {
  return (await versions.getCurrent())?.id === id;
}

/** A secret that waits for its first rotation, or for one that writes another format, has none to be tested. */
function checkMissing({ clock, config, log }: Context, current: SecretVersion | undefined, secret: Inventory['secret']): Problem {
  const isDue = config.rotatesAtOnce && clock.now() - secret.createdAt > ROTATION_TIME;
  const isWaiting = secret.rotatedAt === undefined && (!isDue || rotationInFlight(secret) !== undefined);
  if (isWaiting || (current && mentionsAccessKey(current.value))) {
    log.warn('there is no credential in the configured format yet: the next rotation writes one');
    return undefined;
  }
  return new RotationError(`${CURRENT} holds no credential; ${rotateNow(config.secretArn)}`, '535-everywhere');
}

function inactiveKey({ keys }: Context, { username }: Credential): Problem {
  return new RotationError(`access key ${username} in ${CURRENT} is inactive; if nobody did that on purpose: `
    + `aws iam update-access-key --user-name ${keys.userName} --access-key-id ${username} --status Active; otherwise rotate`, '535-everywhere');
}

async function refusal(context: Context, current: SecretVersion): Promise<Problem> {
  try {
    await proveLogins(context, current, 1);
    return undefined;
  } catch (error) {
    if (error instanceof RotationError) return error;
    throw error;
  }
}

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
  if (!key || clock.now() - key.createdAt <= (config.maxAgeSeconds ?? Infinity) * SECOND) return undefined;
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

function rotateNow(secretArn: string): string {
  return `aws secretsmanager rotate-secret --secret-id ${secretArn}`;
}
