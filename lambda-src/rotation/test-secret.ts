import { completeDelivery, Delivery, leaveToNextStep } from './delivery';
import { checkAgain, findVersion } from './pending-version';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { proveLogins } from '../proof/login-proof';
import { proveSending } from '../proof/message-proof';
import { mentionsAccessKey, parseCredential } from '../secret/credential';
import { isDelivered } from '../secret/labels';

/** Logs in once more with the new credential, and sends a message with it. If no rotation is running, logs in with the current one. */
export async function testSecret(context: Context, token: string): Promise<void> {
  const pending = await findVersion(context, token);
  const version = pending ?? await findCurrent(context, token);
  const credential = version && parseCredential(version.value, context.config.format);
  if (credential) {
    await proveLogins(context, version, 1);
    if (pending) await proveSending(context, pending);
    // A copy of the current version, with which Secrets Manager tests the configuration, was given to no server.
    if (pending && isDelivered(pending)) await awaitServers(context, { token, version, credential });
  } else if (version?.id === token && mentionsAccessKey(version.value)) {
    throw new RotationError(`version ${version.id} holds no credential in the configured format; wait for the retry, which abandons it, then rotate again`, 'an-abandoned-version');
  } else {
    context.log.warn('the secret holds no credential to test yet: the first rotation makes one');
  }
}

/** A push can take longer than one step. */
async function awaitServers(context: Context, delivery: Delivery): Promise<void> {
  try {
    await completeDelivery(context, delivery);
  } catch (error) {
    await leaveToNextStep(context, delivery, error);
  }
}

/**
 * If the pending version has no value, or a copy of the current one, Secrets Manager only tests the rotation's
 * configuration (`RotateImmediatelyOnUpdate: false`).
 */
async function findCurrent(context: Context, token: string): Promise<SecretVersion | undefined> {
  await checkAgain(context, token);
  context.log.info('no rotation is running: testing the current credential');
  return context.versions.getCurrent();
}
