import { expect, it, vi } from 'vitest';
import { deploy, describeRun, sample, singles } from './campaign';
import { CHANGES, DEEDS } from './changes';
import { shownBy } from './exceptions';
import { MISHAPS } from './faults';
import { Tally } from './tally';
import { SERVER_ERROR, SERVER_ERROR_AFTER, THROTTLED } from '../faults';

// Thousands of deployments.
vi.setConfig({ testTimeout: 900_000 });

/** The others differ from these in the name of the error only, and come with `npm run reliability`. */
const DIFFERENT = MISHAPS.filter(mishap => ![THROTTLED, SERVER_ERROR, SERVER_ERROR_AFTER].includes(mishap));
const DRAWS = 15;

it('keeps every promise in a deployment under every single fault at every point, but for what is known', async () => {
  const tally = new Tally();
  for (const change of CHANGES) await tally.addAll(singles(change, DIFFERENT, { known: new Set() }));
  console.info(`Deployments under every single fault: ${tally}`);
  expect(tally.failures).toEqual([]);
  // What is mended is no exception any more.
  expect([...tally.exceptions]).toEqual(expect.arrayContaining(shownBy('fault')));
});

it.each([false, true])('keeps every promise in a deployment that is cancelled under a fault, with a rotation minutes before: %s', async rotatedJustNow => {
  const tally = new Tally();
  for (const change of CHANGES) await tally.addAll(sample(change, MISHAPS, DRAWS, 'mishaps', { known: new Set(), rotatedJustNow }));
  console.info(`Deployments, cancelled under a fault: ${tally}`);
  expect(tally.failures).toEqual([]);
});

it.each(DEEDS)('$name: the watchdog reports it, and the stack comes to its end', async change => {
  const run = await deploy(change, new Map());
  expect(run.violations.length > 0 ? describeRun(run) : '').toBe('');
});
