import { checkNotSuperseded, Deployment, SupersededError } from './deployment';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { runStep } from '../basics/step';
import { BackOff, MINUTE, SECOND } from '../basics/time';
import { Context, inStep } from '../context';
import { Inventory, rotationInFlight, takeInventory } from '../keys/inventory';
import { logsInEverywhere } from '../proof/login-proof';
import { rotate, STEPS } from '../rotation/rotation';
import { isAsConfigured } from '../rotation/suitability';
import { holderOf, isCurrent, isDelivered, isPending } from '../secret/labels';

/** Secrets Manager starts a rotation within seconds. */
const START_TIME = 30 * SECOND;
/** How long Secrets Manager may take before its rotation also runs here, and how long SES may then refuse its credential. */
const ROTATION_LIMIT = 3 * MINUTE;

/** What a deployment waits for. */
export interface Goal {
  /** Whether a running rotation must end first. Until it does, not all mail servers have confirmed the version that they may hold. */
  readonly settled: boolean;
  /** The deployment, if the function can notice that CloudFormation has canceled it. */
  readonly deployment?: Deployment;
}

/**
 * Returns when the current credential works, is on the mail servers, and has the configured user, format and Region. Waits for the
 * rotation that achieves that, and starts one if none begins within seconds.
 *
 * Secrets Manager doesn't report why a rotation fails, and chooses the times of its retries. So the function also runs an unfinished
 * rotation itself, because every step can run more than once. If that fails, its error is the reason.
 */
export async function ensureCredential(call: Context, goal: Goal): Promise<void> {
  const context = inStep(call, 'waitForRotation');
  const explained = async <T>(run: () => Promise<T>) => runStep('waitForRotation', context.log, 'fix that, and deploy again', run);
  const token = await explained(async () => awaitRotation(context, goal));
  if (token === undefined) return;
  context.log.warn('the rotation is still unfinished; running its steps here to find the error');
  for (const Step of Object.keys(STEPS)) {
    await explained(async () => checkNotSuperseded(await context.versions.stages(), goal.deployment));
    await rotate({ Step, SecretId: call.config.secretArn, ClientRequestToken: token }, call);
  }
}

/** What is known about the awaited rotation. */
interface Wait {
  end: number;
  /** The current version when it was last read; empty if there is none. */
  current?: string;
  hasBegun: boolean;
  /** Whether the function has started a rotation, or one has promoted its version. Then it must not start another one. */
  hasRotated: boolean;
}

/** Waits, and returns the version whose rotation is still unfinished when time is up. */
async function awaitRotation(context: Context, goal: Goal): Promise<string | undefined> {
  const { clock, random } = context;
  const backOff = new BackOff(clock, random, 2 * SECOND, 10 * SECOND);
  const startAt = clock.now() + START_TIME;
  const wait: Wait = { end: latestEnd(context), hasBegun: false, hasRotated: false };
  for (;;) {
    const { isDone, token, problem } = await advance(context, goal, wait, clock.now() >= startAt);
    if (isDone) return undefined;
    if (await backOff.waitUntil(wait.end)) continue;
    if (token) return token;
    throw problem ?? noCredential(wait);
  }
}

function latestEnd({ clock, end }: Context): number {
  return Math.min(end, clock.now() + ROTATION_LIMIT);
}

interface Progress {
  readonly isDone?: boolean;
  /** The version whose rotation is unfinished. */
  readonly token?: string;
  /** The last error. It may pass, as when a new policy is not in force everywhere yet. */
  readonly problem?: unknown;
}

async function advance(context: Context, goal: Goal, wait: Wait, mayStart: boolean): Promise<Progress> {
  let token: string | undefined;
  try {
    const inventory = await takeInventory(context);
    checkNotSuperseded(inventory.secret.stages, goal.deployment);
    token = findUnfinished(inventory);
    watchRotation(context, wait, inventory);
    if (!(goal.settled && token) && await isReached(context, inventory)) return { isDone: true };
    if (!token && mayStart && !wait.hasRotated) await startRotation(context, wait, inventory);
    return { token };
  } catch (problem) {
    if (problem instanceof SupersededError) throw problem;
    return { token, problem };
  }
}

/** The first value of an empty imported secret can become current at once, while its rotation has yet to give it to the servers. */
function findUnfinished({ secret, versions }: Inventory): string | undefined {
  const isRotating = (version: SecretVersion) => isCurrent(version) && isPending(version) && version.createdAt > (secret.rotatedAt ?? 0);
  return rotationInFlight(secret) ?? versions.find(isRotating)?.id;
}

function watchRotation(context: Context, wait: Wait, { secret }: Inventory): void {
  const current = holderOf(secret.stages, isCurrent) ?? '';
  wait.current ??= current;
  if (rotationInFlight(secret)) wait.hasBegun = true;
  if (current === wait.current) return;
  // SES may refuse what it has just accepted, because its hosts learn of a new key at different times.
  Object.assign(wait, { current, end: latestEnd(context), hasBegun: true, hasRotated: true });
}

async function startRotation({ log, versions }: Context, wait: Wait, { secret }: Inventory): Promise<void> {
  if (!secret.rotationEnabled) throw new RotationError('rotation was disabled in the meantime; deploy again', 'rotation-overdue');
  await versions.startRotation();
  wait.hasRotated = true;
  log.info('rotation started');
}

function noCredential({ hasBegun }: Wait): RotationError {
  return hasBegun
    ? new RotationError('the rotation has ended without a credential that works and is as configured; look for the last failed step in the log, '
      + 'fix what it names, and deploy again', 'stuck-rotation')
    : new RotationError('Secrets Manager has not started the rotation; check that it may invoke the function, and deploy again', 'rotation-overdue');
}

async function isReached(context: Context, inventory: Inventory): Promise<boolean> {
  const { config } = context;
  const current = inventory.versions.find(isCurrent);
  if (!current || !isAsConfigured(context, inventory, current)) return false;
  if (config.fleets.length > 0 && !isDelivered(current)) return false;
  return logsInEverywhere(context, current);
}
