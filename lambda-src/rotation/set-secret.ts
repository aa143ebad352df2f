import { deliver, Delivery, leaveToNextStep } from './delivery';
import { abandonVersion, findVersion, isPastPropagation } from './pending-version';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { LoginRefusedError } from '../proof/endpoint-proof';
import { parseCredential } from '../secret/credential';
import { CURRENT, holderOf, isCurrent, isPending, PENDING } from '../secret/labels';

/** Proves the new credential, then gives it to every mail server and waits until all of them confirm. */
export async function setSecret(context: Context, token: string): Promise<void> {
  const version = await findVersion(context, token);
  const credential = version && parseCredential(version.value, context.config.format);
  if (!version || !credential) throw new RotationError(`version ${token} holds no credential; wait for the retry, which makes one, or rotate now`, 'stuck-rotation');
  await checkNotOvertaken(context, version);
  await deliverOrAbandon(context, { token, version, credential });
}

/** A late step must not give servers an older credential than the one that the next rotation is giving them. */
async function checkNotOvertaken({ versions }: Context, version: SecretVersion): Promise<void> {
  if (isPending(version)) return;
  const { id } = version;
  const next = holderOf(await versions.stages(), isPending);
  if (next === undefined || next === id) return;
  throw new RotationError(`version ${id} is ${CURRENT} and version ${next} is ${PENDING}: this rotation has ended, and another one is running; nothing was changed; wait for the other one to end`,
    'rotations-that-met');
}

/** A credential that SES refuses permanently must make way for the next rotation. */
async function deliverOrAbandon(context: Context, delivery: Delivery): Promise<void> {
  const { credential, version } = delivery;
  try {
    await deliver(context, delivery);
  } catch (error) {
    const isRefusedForGood = error instanceof LoginRefusedError && !isCurrent(version) && await isPastPropagation(context, credential.username);
    if (isRefusedForGood) await abandonVersion(context, version, error.message);
    await leaveToNextStep(context, delivery, error);
  }
}
