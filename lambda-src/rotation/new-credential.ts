import { findVersion } from './pending-version';
import { NewAccessKey } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { UnreachableError } from '../aws/unreachable';
import { describe, isAwsError, RotationError } from '../basics/errors';
import { SecretText } from '../basics/secret-text';
import { BackOff, SECOND } from '../basics/time';
import { Context } from '../context';
import { deleteKey } from '../keys/deletion';
import { isReferenced } from '../keys/key-use';
import { formatCredential } from '../secret/credential';
import { smtpPassword } from '../smtp/password';

/** Creates a key, and stores its credential as the pending version. */
export async function storeNewCredential(context: Context, token: string, current: SecretVersion | undefined): Promise<void> {
  const { config, log } = context;
  const key = await createKey(context);
  log.info('access key created', { accessKeyId: key.id });
  await store(context, token, key, formatCredential(key.id, region => smtpPassword(key.secret, region), config, current?.value));
  log.info('credential stored', { accessKeyId: key.id });
}

/** Retries only after an error that proves that no key was created: IAM may not have noticed yet that a slot was freed. */
async function createKey({ clock, end, keys, random }: Context): Promise<NewAccessKey> {
  const backOff = new BackOff(clock, random, 2 * SECOND, 8 * SECOND);
  const limit = Math.min(end, clock.now() + 20 * SECOND);
  for (;;) {
    try {
      return await keys.create();
    } catch (error) {
      const madeNoKey = error instanceof UnreachableError || isAwsError((error as RotationError).cause, 'LimitExceeded', 'Throttling');
      if (!madeNoKey || !await backOff.waitUntil(limit)) throw error;
    }
  }
}

async function store(context: Context, token: string, key: NewAccessKey, value: SecretText): Promise<void> {
  try {
    await context.versions.putPending(token, value);
  } catch (cause) {
    await discardUnlessStored(context, token, key, cause);
  }
}

/** The value may have been stored although the reply was lost. A key that is in no version is not in use. */
async function discardUnlessStored(context: Context, token: string, key: NewAccessKey, cause: unknown): Promise<void> {
  if (!await deleteKey(context, key, async () => isStored(context, token, key))) return;
  throw new RotationError(`the credential of access key ${key.id} could not be stored as version ${token}: ${describe(cause)}; `
    + 'the key was deleted; wait for the retry, which makes another one or continues with the stored value', 'another-error-of-aws', { cause });
}

async function isStored(context: Context, token: string, key: NewAccessKey): Promise<boolean> {
  const stored = await findVersion(context, token);
  return stored !== undefined && isReferenced(key, [stored]);
}
