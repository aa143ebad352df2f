import { AccessKey } from '../aws/access-keys';
import { SecretDescription, SecretVersion, SecretVersions } from '../aws/secret-versions';
import { isAwsError } from '../basics/errors';
import { Context } from '../context';
import { holderOf, isUnfinished } from '../secret/labels';

/** The secret and the user's keys at one time. */
export interface Inventory extends SecretContent {
  readonly keys: AccessKey[];
}

export interface SecretContent {
  readonly secret: SecretDescription;
  /** The labelled versions that have a value. */
  readonly versions: SecretVersion[];
}

/** What happens if something cannot be read. By default, a version without a value is left out, and anything else is an error. */
export interface Reading {
  /** Checks the secret before its versions are read. Throws to stop the reading. */
  readonly onSecret?: (secret: SecretDescription) => void;
  /** Throws if a version must not be left out. */
  readonly onUnreadable?: (versionId: string, labels: string[]) => void;
  /** Whether someone may have deleted the user or the secret: then a missing one counts as empty. */
  readonly mayBeGone?: boolean;
}

/** For work that continues if the user or the secret no longer exists. */
export const MAY_BE_GONE: Reading = { mayBeGone: true };

const NO_SECRET: SecretDescription = { createdAt: 0, changedAt: 0, isDeleted: true, rotationEnabled: false, stages: new Map() };

/** Reads the keys first, so that a key created from now on cannot look like a stray key. */
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

/** Secrets Manager answers `InvalidRequest` for a secret that is marked for deletion. */
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
