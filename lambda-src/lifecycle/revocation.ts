import { ensureCredential } from './ensure-credential';
import { AccessKey } from '../aws/access-keys';
import { RotationError } from '../basics/errors';
import { runStep } from '../basics/step';
import { Context, inStep } from '../context';
import { isReferenced } from '../keys/key-use';
import { CURRENT } from '../secret/labels';

/** What became of a credential that has leaked. */
export interface Revocation {
  /** The access key that works no longer. */
  readonly revoked: string;
  /** The one that has taken its place. */
  readonly current: string;
}

/** Makes the current access key inactive at once, and returns when another one has taken its place. Until then, no mail is accepted. */
export async function revoke(call: Context): Promise<Revocation> {
  const context = inStep(call, 'revoke');
  const { id: revoked } = await runStep('revoke', context.log, 'nothing is known to have changed; invoke the function again',
    async () => deactivateCurrent(context));
  await ensureCredential(call, { settled: false });
  const { id: current } = await requireCurrentKey(context);
  return { revoked, current };
}

async function deactivateCurrent(context: Context): Promise<AccessKey> {
  const key = await requireCurrentKey(context);
  await context.keys.deactivate(key.id);
  context.log.warn('current access key deactivated', { accessKeyId: key.id });
  return key;
}

async function requireCurrentKey({ config, keys, versions }: Context): Promise<AccessKey> {
  const current = await versions.getCurrent();
  const key = current && (await keys.list()).find(candidate => isReferenced(candidate, [current]));
  if (key) return key;
  throw new RotationError(`${CURRENT} holds no access key of user "${config.user.name}": there is nothing to revoke; `
    + `to make a credential: aws secretsmanager rotate-secret --secret-id ${config.secretArn}`, 'a-leaked-credential');
}
