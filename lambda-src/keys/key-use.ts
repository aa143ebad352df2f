import { isGraceLabel } from './grace';
import type { Inventory } from './inventory';
import { RotationConfig } from '../../src/private/rotation-contract';
import { AccessKey } from '../aws/access-keys';
import { CURRENT, PREVIOUS, SecretVersion } from '../aws/secret-versions';
import { isDeliveryLabel } from '../rotation/delivery';

/** By the key's id in the text, not by a parsed field: a value that somebody edited into another format protects its key, too. */
export function isReferenced({ id }: AccessKey, versions: SecretVersion[]): boolean {
  return versions.some(({ value }) => value.reveal().includes(id));
}

/** Whether a version is in use, or about to be. Labels of somebody else's count: whoever put one there may use the version. */
export function isNeeded({ stages }: SecretVersion): boolean {
  return stages.some(stage => stage !== PREVIOUS && !isDeliveryLabel(stage) && !isGraceLabel(stage));
}

export function isCurrent({ stages }: SecretVersion): boolean {
  return stages.includes(CURRENT);
}

/** The key in AWSCURRENT, if the user still has it. */
export function currentKey({ keys, versions }: Inventory): AccessKey | undefined {
  return keys.find(key => isReferenced(key, versions.filter(isCurrent)));
}

/**
 * Whether a key that no labelled version refers to can only be ours: of a user that nobody else makes keys for, and not
 * from before this secret, when the keys were another secret's.
 */
export function isOurs({ user }: RotationConfig, key: AccessKey, secret: { readonly createdAt: number }): boolean {
  return user.owned && key.createdAt >= secret.createdAt;
}
