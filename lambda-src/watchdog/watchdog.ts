import { checkCredential, checkKeys, checkPending, checkSchedule } from './checks';
import { logAge } from './key-age';
import { RotationConfig } from '../../src/private/rotation-contract';
import { RotationError } from '../basics/errors';
import { Log } from '../basics/log';
import { runStep } from '../basics/step';
import { Inventory, takeInventory } from '../keys/inventory';
import { retireKeys } from '../keys/retirement';
import { equip, Surroundings, Upkeep } from '../rotation/rotation';

const STEP = 'watchdog';

/**
 * Looks after the credential between two rotations: retires keys whose grace has ended, and fails if anything is wrong,
 * so that the function's Errors metric tells.
 */
export async function watch(config: RotationConfig, surroundings: Surroundings, remainingTime: number): Promise<void> {
  const { secretArn } = config;
  const log = new Log({ secretArn, step: STEP }, surroundings.writeLog);
  const upkeep = equip(config, secretArn, surroundings, remainingTime, log);
  await runStep(STEP, log, 'the watchdog looks again in an hour', async () => {
    const inventory = await takeInventory(upkeep);
    logAge(upkeep, inventory);
    await retireKeys(upkeep, inventory);
    await check(upkeep, inventory);
  });
}

async function check(upkeep: Upkeep, inventory: Inventory): Promise<void> {
  const findings = [
    await checkCredential(upkeep, inventory), checkSchedule(upkeep, inventory), checkPending(upkeep, inventory), checkKeys(upkeep, inventory),
  ];
  const problems = findings.filter(problem => problem !== undefined);
  for (const { message } of problems) upkeep.log.error('problem found', { error: message });
  if (problems.length > 0) throw new RotationError(problems.map(({ message }) => message).join('; and '), problems[0].runbook);
}
