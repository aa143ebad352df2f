import { Inventory } from './inventory';
import { RotationConfig } from '../../src/private/rotation-contract';
import { AccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { isCurrent } from '../secret/labels';

/** By the key's id in the text, not by a parsed field: a value that somebody edited into another format protects its key, too. */
export function isReferenced({ id }: Pick<AccessKey, 'id'>, versions: Pick<SecretVersion, 'value'>[]): boolean {
  return versions.some(({ value }) => value.reveal().includes(id));
}

/** The key in AWSCURRENT, if the user still has it. */
export function currentKey({ keys, versions }: Inventory): AccessKey | undefined {
  return keys.find(key => isReferenced(key, versions.filter(isCurrent)));
}

/**
 * Whether a key that no labelled version refers to can only be ours: of a user that nobody else makes keys for, and not
 * from before this secret, when the keys were another secret's.
 */
export function isOwnKey({ user }: RotationConfig, key: AccessKey, secret: { readonly createdAt: number }): boolean {
  return user.owned && key.createdAt >= secret.createdAt;
}
