import { CloudFormationEvent } from './cloudformation-event';
import { CredentialProperties } from '../../src/private/rotation-contract';
import { SECOND } from '../basics/time';
import { Context } from '../context';
import { rotationInFlight, takeInventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';

/** Every key in a secret of ours was made here. */
const ALL_KEYS = 0;

/** Whether the resource that there is has this user and this secret. */
export function isSameResource({ PhysicalResourceId, ResourceProperties: { SecretArn, UserName } }: CloudFormationEvent): boolean {
  return PhysicalResourceId?.startsWith(`${SecretArn} ${UserName} `) ?? false;
}

/** The id tells since when the keys of the user can be ours. */
export async function newPhysicalId(context: Context, { ResourceProperties }: CloudFormationEvent): Promise<string> {
  const { SecretArn, SecretOwned, UserName } = ResourceProperties;
  const since = SecretOwned === 'true' ? ALL_KEYS : await earliestKeyTime(context);
  return [SecretArn, UserName, new Date(since).toISOString()].join(' ');
}

/** Since when the keys can be ours. CloudFormation makes up an id for a creation that it cancelled, which holds no time: then none are. */
export function ownKeysSince({ PhysicalResourceId = '' }: CloudFormationEvent, gone: CredentialProperties): number {
  return gone.SecretOwned === 'true' ? ALL_KEYS : Date.parse(PhysicalResourceId.split(' ').at(-1)!);
}

/** Now, or when the first rotation, which has begun meanwhile, made its key. In whole seconds, as IAM counts. */
async function earliestKeyTime(context: Context): Promise<number> {
  const now = Math.floor(context.clock.now() / SECOND) * SECOND;
  try {
    const { keys, secret, versions } = await takeInventory(context);
    const pending = rotationInFlight(secret);
    const key = keys.find(candidate => isReferenced(candidate, versions.filter(({ id }) => id === pending)));
    return Math.min(now, key?.createdAt ?? now);
  } catch {
    // The function's policy may not be in force yet; then no step has made a key either.
    return now;
  }
}
