import { RotationConfig } from '../../src/private/rotation-contract';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Log } from '../basics/log';
import { runStep } from '../basics/step';
import { BackOff, MINUTE, SECOND } from '../basics/time';
import { inFlight, Inventory, takeInventory } from '../keys/inventory';
import { isCurrent } from '../keys/key-use';
import { nameOf } from '../proof/endpoint-proof';
import { Account, accountsIn, missingRegions } from '../proof/endpoints';
import { isDelivered } from '../rotation/delivery';
import { equip, rotate, STEPS, Surroundings, Upkeep } from '../rotation/rotation';
import { parseCredential } from '../secret/credential';

/** Secrets Manager begins a rotation within seconds. */
export const START_TIME = 30 * SECOND;
/** How long Secrets Manager may take before its rotation is attempted here as well. */
const PATIENCE = 3 * MINUTE;

export interface Wish {
  /** How long to wait for a rotation to begin by itself, in milliseconds. */
  readonly startTime: number;
  /** Whether a rotation that is under way must come to its end: until then, what mail servers may hold was not confirmed by all of them. */
  readonly settled?: boolean;
  /** An access key that does not do, although it may work for a while. */
  readonly revoked?: string;
}

/**
 * Returns when the current credential is one of the configured user, format and region, works, and is on the mail servers; waits
 * for the rotation that makes it so, and starts one if none begins within the time that is given.
 *
 * Secrets Manager tells nobody why a rotation fails, and retries it at times of its own. One that does not end is therefore
 * attempted here, too, as every step can run more than once: if it fails, its error is the reason.
 */
export async function establish(config: RotationConfig, surroundings: Surroundings, remainingTime: number, wish: Wish): Promise<void> {
  const { clock, writeLog } = surroundings;
  const end = clock.now() + remainingTime;
  const { secretArn } = config;
  const log = new Log({ secretArn, step: 'waitForRotation' }, writeLog);
  const upkeep = equip(config, secretArn, surroundings, remainingTime, log);
  const token = await runStep('waitForRotation', log, 'mend that, and deploy again', async () => awaitRotation(upkeep, wish));
  if (token === undefined) return;
  log.warn('the rotation does not come to an end: an attempt of our own says why');
  for (const Step of Object.keys(STEPS)) {
    await rotate({ Step, SecretId: secretArn, ClientRequestToken: token }, config, surroundings, end - clock.now());
  }
}

/** Waits for a while, and returns the version whose rotation is still unfinished then. */
async function awaitRotation(upkeep: Upkeep, wish: Wish): Promise<string | undefined> {
  const { clock, deadline, random } = upkeep;
  const end = Math.min(deadline, clock.now() + PATIENCE);
  const backOff = new BackOff(clock, random, 2 * SECOND, 10 * SECOND);
  let startAt = clock.now() + wish.startTime;
  for (;;) {
    const { established, started, token, problem } = await advance(upkeep, wish, clock.now() >= startAt);
    if (established) return undefined;
    if (started) startAt = clock.now() + START_TIME;
    if (await backOff.waitUntil(end)) continue;
    if (token) return token;
    throw problem ?? new RotationError('Secrets Manager has not begun to rotate; check that it may invoke the function, and deploy again', 'rotation-overdue');
  }
}

interface Progress {
  readonly established?: boolean;
  readonly started?: boolean;
  /** The version whose rotation is unfinished. */
  readonly token?: string;
  /** What went wrong just now. It may pass, as when a new policy is not in force everywhere yet. */
  readonly problem?: unknown;
}

async function advance(upkeep: Upkeep, wish: Wish, mayStart: boolean): Promise<Progress> {
  let token: string | undefined;
  try {
    const inventory = await takeInventory(upkeep);
    token = inFlight(inventory.secret);
    if (!(wish.settled && token) && await isEstablished(upkeep, wish, inventory)) return { established: true };
    if (token || !mayStart) return { token };
    if (!wish.revoked && !inventory.secret.rotationEnabled) throw new RotationError('rotation was switched off meanwhile; deploy again', 'rotation-overdue');
    await upkeep.versions.startRotation();
    upkeep.log.info('rotation started');
    return { started: true };
  } catch (problem) {
    return { token, problem };
  }
}

async function isEstablished(upkeep: Upkeep, { revoked }: Wish, { keys, versions }: Inventory): Promise<boolean> {
  const current = versions.find(isCurrent);
  if (!current || !isSuitable(upkeep.config, current)) return false;
  const accounts = accountsIn(current, upkeep.config);
  const works = accounts.every(({ credential: { username } }) => username !== revoked && keys.some(({ active, id }) => active && id === username));
  if (!works) return false;
  for (const account of accounts) if (!await logsIn(upkeep, account)) return false;
  return true;
}

/** Whether a version is what the configuration asks for: format, regions, and on the mail servers. */
function isSuitable(config: RotationConfig, version: SecretVersion): boolean {
  return parseCredential(version.value, config.format) !== undefined && missingRegions(version.value, config).length === 0
    && (config.fleets.length === 0 || isDelivered(version));
}

async function logsIn({ log, loginAt }: Upkeep, { credential, endpoint }: Account): Promise<boolean> {
  const accessKeyId = credential.username;
  const { outcome, reply } = await loginAt(endpoint)(credential);
  if (outcome === 'accepted') log.info('login accepted', { accessKeyId, endpoint: nameOf(endpoint) });
  if (outcome === 'accepted' || outcome === 'refused') return outcome === 'accepted';
  throw new RotationError(`${nameOf(endpoint)} did not take the login of access key ${accessKeyId}: ${reply}; check host, port and routes`, 'endpoint-unreachable');
}
