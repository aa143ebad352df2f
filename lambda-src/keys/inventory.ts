import { AccessKey } from '../aws/access-keys';
import { SecretDescription, SecretVersion, SecretVersions } from '../aws/secret-versions';
import { isAwsError } from '../basics/errors';
import { Context } from '../context';
import { holderOf, isUnfinished } from '../secret/labels';

/** The secret and the user's keys at one moment. */
export interface Inventory extends SecretContent {
  readonly keys: AccessKey[];
}

export interface SecretContent {
  readonly secret: SecretDescription;
  /** The labelled versions that have a value. */
  readonly versions: SecretVersion[];
}

/** What happens to what cannot be read. By default, a version without a value is left out, and anything else is an error. */
export interface Reading {
  /** Looks at the secret before its versions are read; throws if it is not to be read further. */
  readonly onSecret?: (secret: SecretDescription) => void;
  /** Throws if a version must not be left out. */
  readonly onUnreadable?: (versionId: string, labels: string[]) => void;
  /** Whether somebody may have deleted user or secret: what is gone counts as empty. */
  readonly mayBeGone?: boolean;
}

/** For what goes with its user or secret. */
export const MAY_BE_GONE: Reading = { mayBeGone: true };

const NO_SECRET: SecretDescription = { createdAt: 0, changedAt: 0, isDeleted: true, rotationEnabled: false, stages: new Map() };

/** Keys first: one that is made from now on cannot be taken for a stray one. */
export async function takeInventory({ keys, versions }: Context, reading: Reading = {}): Promise<Inventory> {
  return { keys: await read(keys.list(), [], reading), ...await readSecret(versions, reading) };
}

export async function readSecret(versions: SecretVersions, reading: Reading): Promise<SecretContent> {
  const described = await read(versions.describe(), NO_SECRET, reading);
  const secret = reading.mayBeGone && described.isDeleted ? NO_SECRET : described;
  reading.onSecret?.(secret);
  const found = await Promise.all([...secret.stages].map(async ([id, labels]) => {
    const version = await read(versions.get(id), undefined, reading);
    if (!version) reading.onUnreadable?.(id, labels);
    return version;
  }));
  return { secret, versions: found.filter(version => version !== undefined) };
}

/** `InvalidRequest` is what Secrets Manager says of a secret that is marked for deletion. */
async function read<T>(call: Promise<T>, empty: T, { mayBeGone }: Reading): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (mayBeGone && isAwsError(error, 'NoSuchEntity', 'ResourceNotFound', 'InvalidRequest')) return empty;
    throw error;
  }
}

/** The version whose rotation has begun and not ended. */
export function rotationInFlight({ stages }: SecretDescription): string | undefined {
  return holderOf(stages, isUnfinished);
}
