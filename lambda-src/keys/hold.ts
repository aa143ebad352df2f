import { isReferenced } from './key-use';
import { REVOKE_EVENT } from '../../src/private/rotation-contract';
import { AccessKey, LastUse } from '../aws/access-keys';
import { SecretVersion } from '../aws/secret-versions';
import { DAY, MINUTE, SECOND } from '../basics/time';
import { Context } from '../context';
import { graceMoment } from '../secret/labels';

/** A use before that may be the function's own last login, or that of a server while it changed. */
const SETTLING_TIME = 15 * MINUTE;
/** A key that nobody has used for so long counts as unused. */
const LONGEST_QUIET_TIME = DAY;

/** Keeps a key whose version is out of use, because someone still uses it. */
export interface Hold {
  readonly accessKeyId: string;
  readonly lastUse: LastUse;
  /** When the key is retired even if it is still used. Otherwise, whoever has a leaked key could keep it. */
  readonly until: number;
}

/**
 * Returns what keeps a key whose version has been out of use since the given time, as far as the function knows that time and IAM has
 * recorded the use. An inactive key cannot be used.
 */
export async function findHold(context: Context, key: AccessKey, since?: number): Promise<Hold | undefined> {
  if (since === undefined || !key.active || context.clock.now() >= latestEnd(context, since)) return undefined;
  const lastUse = await findUse(context, key, since);
  return lastUse && holdBy(context, key, since, lastUse);
}

/** The last use of a key, if it was after the key's version went out of use. */
export async function findUse({ config, keys }: Context, { id }: AccessKey, since: number): Promise<LastUse | undefined> {
  if (config.holdWhileUsedSeconds === 0) return undefined;
  const lastUse = await keys.lastUse(id);
  return lastUse && lastUse.at >= since + SETTLING_TIME ? lastUse : undefined;
}

/** Whether that use still keeps the key. */
export function holdBy(context: Context, { active, id }: AccessKey, since: number, lastUse: LastUse): Hold | undefined {
  const { clock, config } = context;
  const until = latestEnd(context, since);
  const quietTime = Math.min(LONGEST_QUIET_TIME, config.gracePeriodSeconds * SECOND);
  const isHeld = active && clock.now() < until && clock.now() - lastUse.at < quietTime;
  return isHeld ? { accessKeyId: id, lastUse, until } : undefined;
}

function latestEnd({ config: { gracePeriodSeconds, holdWhileUsedSeconds } }: Context, since: number): number {
  return since + (gracePeriodSeconds + holdWhileUsedSeconds) * SECOND;
}

/** Since when nothing has needed the key, if the watchdog has seen that of every version with it: one may have become current again. */
export function outOfUseSince(key: AccessKey, versions: SecretVersion[]): number | undefined {
  const moments = versions.filter(version => isReferenced(key, [version])).map(version => graceMoment(version, 'unused') ?? NaN);
  const latest = Math.max(...moments);
  return Number.isFinite(latest) ? latest : undefined;
}

/** When and where the key was used last, for a message. */
export function describeUse({ lastUse: { at, region, service } }: Hold): string {
  return `it was last used at ${new Date(at).toISOString()}, for ${service} in ${region}`;
}

/** The event that ends the key, for a message. */
export function revokeCall({ accessKeyId }: Hold): string {
  return JSON.stringify({ ...REVOKE_EVENT, accessKeyId });
}
