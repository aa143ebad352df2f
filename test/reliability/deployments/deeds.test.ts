import { expect, it } from 'vitest';
import { deploy, describeRun } from './campaign';
import { DEEDS } from './changes';

it.each(DEEDS)('$name: the watchdog reports what breaks, and nothing else, and the stack can be deployed and deleted', async change => {
  const run = await deploy(change, new Map());
  expect(run.violations.length > 0 ? describeRun(run) : '').toBe('');
}, 120_000);
