import { Inventory } from './inventory';
import { INITIAL_SECRET_VALUE, RotationConfig } from '../../src/private/rotation-contract';
import { AccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { isCurrent } from '../secret/labels';

/** Looks for the key's id in the text, not in a parsed field, so that a value that someone edited into another format also protects its key. */
export function isReferenced({ id }: Pick<AccessKey, 'id'>, versions: Pick<SecretVersion, 'value'>[]): boolean {
  return versions.some(({ value }) => value.reveal().includes(id));
}

/** The key in AWSCURRENT, if the user still has it. */
export function currentKey({ keys, versions }: Inventory): AccessKey | undefined {
  return keys.find(key => isReferenced(key, versions.filter(isCurrent)));
}

/**
 * Whether this rotation must have created a key that no labeled version refers to. That is so if nobody else creates keys for
 * the user, and the key is not older than this secret: an older key may belong to another secret.
 */
export function isOwnKey({ secretOwned, user }: RotationConfig, key: AccessKey, inventory: Inventory): boolean {
  return user.owned && key.createdAt >= (secretOwned ? inventory.secret.createdAt : ownSince(inventory));
}

/**
 * An imported secret may be older than the user, and a deployment that failed may have rotated it before. Unless a rotation has given it a
 * key that still exists, its oldest version with a key of the user tells.
 */
function ownSince(inventory: Inventory): number {
  const { keys, secret, versions } = inventory;
  if (secret.rotatedAt !== undefined && currentKey(inventory)) return secret.createdAt;
  const ofThisRotation = versions.filter(version => isInitial(version) || keys.some(key => isReferenced(key, [version])));
  return Math.max(secret.createdAt, Math.min(...ofThisRotation.map(({ createdAt }) => createdAt)));
}

/** A secret that the construct made begins with this version. */
function isInitial({ value }: SecretVersion): boolean {
  return value.reveal() === INITIAL_SECRET_VALUE;
}
