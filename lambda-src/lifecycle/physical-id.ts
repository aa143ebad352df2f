import { CloudFormationEvent } from './cloudformation-event';
import { CredentialProperties } from '../../src/private/rotation-contract';
import { SECOND } from '../basics/time';
import { Context } from '../context';
import { rotationInFlight, takeInventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';

/** Every key in a secret that the construct made was created here. */
const ALL_KEYS = 0;

/** Whether the existing resource has this user and this secret. */
export function isSameResource({ PhysicalResourceId, ResourceProperties: { SecretArn, UserName } }: CloudFormationEvent): boolean {
  return PhysicalResourceId?.startsWith(`${SecretArn} ${UserName} `) ?? false;
}

/** The id contains the time since which the user's keys can be from this rotation. */
export async function newPhysicalId(context: Context, { ResourceProperties }: CloudFormationEvent): Promise<string> {
  const { SecretArn, SecretOwned, UserName } = ResourceProperties;
  const since = SecretOwned === 'true' ? ALL_KEYS : await earliestKeyTime(context);
  return [SecretArn, UserName, new Date(since).toISOString()].join(' ');
}

/** Since when the keys can be from this rotation. CloudFormation invents an id without a time for a creation that it canceled: then no key is. */
export function ownKeysSince({ PhysicalResourceId = '' }: CloudFormationEvent, gone: CredentialProperties): number {
  return gone.SecretOwned === 'true' ? ALL_KEYS : Date.parse(PhysicalResourceId.split(' ').at(-1)!);
}

/** Now, or the time at which the first rotation created its key, if it has already begun. In whole seconds, as IAM counts. */
async function earliestKeyTime(context: Context): Promise<number> {
  const now = Math.floor(context.clock.now() / SECOND) * SECOND;
  try {
    const { keys, secret, versions } = await takeInventory(context);
    const pending = rotationInFlight(secret);
    const key = keys.find(candidate => isReferenced(candidate, versions.filter(({ id }) => id === pending)));
    return Math.min(now, key?.createdAt ?? now);
  } catch {
    // The function's policy may not be in force yet. Then no step has created a key either.
    return now;
  }
}
