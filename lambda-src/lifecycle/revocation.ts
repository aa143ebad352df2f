import { establish } from './ensure-credential';
import { RotationConfig } from '../../src/private/rotation-contract';
import { CURRENT } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Log } from '../basics/log';
import { runStep } from '../basics/step';
import { isReferenced } from '../keys/key-use';
import { equip, Surroundings, Upkeep } from '../rotation/rotation';

/** What became of a credential that has leaked. */
export interface Revocation {
  /** The access key that works no longer. */
  readonly revoked: string;
  /** The one that has taken its place. */
  readonly current: string;
}

/** Makes the current access key inactive at once, and returns when another one has taken its place. Until then, no mail is accepted. */
export async function revoke(config: RotationConfig, surroundings: Surroundings, remainingTime: number): Promise<Revocation> {
  const { clock, writeLog } = surroundings;
  const end = clock.now() + remainingTime;
  const log = new Log({ secretArn: config.secretArn, step: 'revoke' }, writeLog);
  const upkeep = equip(config, config.secretArn, surroundings, remainingTime, log);
  const revoked = await runStep('revoke', log, 'nothing is known to have changed; invoke the function again', async () => deactivateCurrent(upkeep));
  await establish(config, surroundings, end - clock.now(), { startTime: 0, revoked });
  return { revoked, current: await currentKey(upkeep) };
}

async function deactivateCurrent(upkeep: Upkeep): Promise<string> {
  const accessKeyId = await currentKey(upkeep);
  await upkeep.keys.deactivate(accessKeyId);
  upkeep.log.warn('current access key deactivated', { accessKeyId });
  return accessKeyId;
}

async function currentKey({ config, keys, versions }: Upkeep): Promise<string> {
  const current = await versions.getCurrent();
  const key = current && (await keys.list()).find(candidate => isReferenced(candidate, [current]));
  if (key) return key.id;
  throw new RotationError(`${CURRENT} holds no access key of user "${config.user.name}": there is nothing to revoke; `
    + `to make a credential: aws secretsmanager rotate-secret --secret-id ${config.secretArn}`, 'a-leaked-credential');
}
