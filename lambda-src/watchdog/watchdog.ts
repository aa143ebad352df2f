import { checkCredential, checkKeys, checkPending, checkSchedule, isOfOtherFunction } from './checks';
import { logAge } from './key-age';
import { RotationError } from '../basics/errors';
import { runStep } from '../basics/step';
import { Context, inStep } from '../context';
import { Inventory, takeInventory } from '../keys/inventory';
import { retireKeys } from '../keys/retirement';

const STEP = 'watchdog';

/**
 * Looks after the credential between two rotations: retires keys whose grace has ended, and fails if anything is wrong,
 * so that the function's Errors metric tells.
 */
export async function watch(call: Context): Promise<void> {
  const context = inStep(call, STEP);
  await runStep(STEP, context.log, 'the watchdog looks again in an hour', async () => {
    const inventory = await takeInventory(context);
    logAge(context, inventory);
    if (!isOfOtherFunction(context, inventory.secret)) await retireKeys(context, inventory);
    await check(context, inventory);
  });
}

async function check(context: Context, inventory: Inventory): Promise<void> {
  const findings = [
    await checkCredential(context, inventory), checkSchedule(context, inventory), checkPending(context, inventory), checkKeys(context, inventory),
  ];
  const problems = findings.filter(problem => problem !== undefined);
  for (const { message } of problems) context.log.error('problem found', { error: message });
  if (problems.length > 0) throw new RotationError(problems.map(({ message }) => message).join('; and '), problems[0].runbook);
}
