import { expect, it, vi } from 'vitest';
import { cancelledEverywhere } from './campaign';
import { CHANGES } from './changes';
import { shownBy } from './exceptions';
import { Tally } from './tally';

// Thousands of deployments.
vi.setConfig({ testTimeout: 900_000 });

/** SES refuses the new key for longer than a deployment waits for Secrets Manager, so that two invocations work on one rotation. */
const SLOW = 200_000;
const SLOW_CHANGES = ['another format', 'another name of the secret', 'another schedule and another format'];

it('keeps every promise in a deployment that is cancelled, at whatever effect, but for what is known', async () => {
  const tally = new Tally();
  for (const change of CHANGES) {
    await tally.addAll(cancelledEverywhere(change, { known: new Set() }));
    if (SLOW_CHANGES.includes(change.name)) await tally.addAll(cancelledEverywhere(change, { known: new Set(), propagationDelay: SLOW }));
  }
  console.info(`Deployments, cancelled at every effect: ${tally}`);
  expect(tally.failures).toEqual([]);
  // What is mended is no exception any more.
  expect([...tally.exceptions]).toEqual(expect.arrayContaining(shownBy('cancellation')));
});
