import { checkKeys, checkPending, checkSchedule, checkServers, isOfOtherFunction } from './checks';
import { checkCredential } from './current-credential';
import { checkHolds } from './held-keys';
import { logAge } from './key-age';
import { Problem } from './problem';
import { resumeRotation } from './waiting-rotation';
import { RotationError } from '../basics/errors';
import { explain, runStep } from '../basics/step';
import { Context, inStep } from '../context';
import { Hold } from '../keys/hold';
import { Inventory, readSecret, SecretContent } from '../keys/inventory';
import { retireKeys } from '../keys/retirement';

const STEP = 'watchdog';
const NEXT = 'the watchdog checks again in an hour; if the error stays, fix what it names';

/**
 * Checks the credential between two rotations: retires keys whose grace period has ended, and fails if anything is wrong,
 * so that the function's Errors metric shows it.
 */
export async function watch(call: Context): Promise<void> {
  const context = inStep(call, STEP);
  await runStep(STEP, context.log, NEXT, async () => {
    const problems = (await findProblems(context)).filter(problem => problem !== undefined);
    for (const { message } of problems) context.log.error('problem found', { error: message });
    if (problems.length > 0) throw new RotationError(problems.map(({ message }) => message).join('; and '), problems[0].runbook);
  });
}

/** Reads the keys first, so that a key created from now on cannot look like a stray key. */
async function findProblems(context: Context): Promise<Problem[]> {
  const keys = await attempt(async () => context.keys.list());
  const content = await readSecret(context.versions, {});
  return keys instanceof RotationError ? checkWithoutKeys(context, content, keys) : checkAll(context, { ...content, keys });
}

/** Runs every check, even if another one fails. */
async function checkAll(context: Context, inventory: Inventory): Promise<Problem[]> {
  logAge(context, inventory);
  const holds = await attempt(async () => retire(context, inventory));
  return [
    await attempt(async () => checkCredential(context, inventory, inventory.keys)),
    await attempt(async () => checkServers(context, inventory)),
    checkSchedule(context, inventory),
    await attempt(async () => checkPending(context, inventory)),
    checkKeys(context, inventory),
    holds instanceof RotationError ? holds : checkHolds(context, inventory, holds),
  ];
}

/** While IAM does not answer, a login still shows whether the credential works. */
async function checkWithoutKeys(context: Context, content: SecretContent, outage: RotationError): Promise<Problem[]> {
  const inventory = { ...content, keys: [] };
  return [
    await attempt(async () => checkCredential(context, content)),
    checkSchedule(context, inventory),
    await attempt(async () => checkPending(context, content)),
    new RotationError(`IAM did not list the access keys, which says nothing about the credential: ${outage.message}`, outage.runbook),
  ];
}

async function retire(context: Context, inventory: Inventory): Promise<Hold[]> {
  if (isOfOtherFunction(context, inventory.secret)) return [];
  const holds = await retireKeys(context, inventory);
  await resumeRotation(context, inventory);
  return holds;
}

/** What a call or a check returns, or its error. */
async function attempt<T>(run: () => Promise<T>): Promise<T | RotationError> {
  try {
    return await run();
  } catch (error) {
    return explain(error, NEXT);
  }
}
