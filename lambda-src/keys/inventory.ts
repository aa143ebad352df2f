import { AccessKey } from '../aws/access-keys';
import { isUnfinished, SecretDescription, SecretVersion } from '../aws/secret-versions';
import type { Upkeep } from '../rotation/rotation';

/** What there is at one moment. */
export interface Inventory {
  readonly secret: SecretDescription;
  /** The labelled versions that have a value. */
  readonly versions: SecretVersion[];
  readonly keys: AccessKey[];
}

/** Keys first: one that is made from now on cannot be taken for a stray one. */
export async function takeInventory(upkeep: Upkeep): Promise<Inventory> {
  const keys = await upkeep.keys.list();
  const secret = await upkeep.versions.describe();
  const found = await Promise.all([...secret.stages.keys()].map(async id => upkeep.versions.get(id)));
  return { secret, keys, versions: found.filter(version => version !== undefined) };
}

/** The version whose rotation has begun and not ended. */
export function inFlight({ stages }: SecretDescription): string | undefined {
  return [...stages].find(([, labels]) => isUnfinished(labels))?.[0];
}
