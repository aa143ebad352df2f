import { expect, it } from 'vitest';
import { EXAMPLES } from './examples';
import { play, runHistories } from './histories';
import { buildVariant } from '../known-bad/build';
import { KNOWN_BAD } from '../known-bad/variants';
import { describeViolation } from '../promises';
import { SAMPLE, SAMPLE_STACK } from '../sample/subject';

const RUNS = 1000;
const SEED = 20_260_101;

it(`keeps every promise in ${RUNS} random histories`, async () => {
  const { failure, histories, rotations, violations } = await runHistories({ runs: RUNS, seed: SEED, length: 20 });
  expect({ violations: violations.map(describeViolation), history: failure?.history }).toEqual({ violations: [] });
  expect(histories).toBe(RUNS);
  expect(rotations).toBeGreaterThan(4 * RUNS);
}, 180_000);

it.each(EXAMPLES)('keeps every promise when $name', async ({ history, ...circumstances }) => {
  const { lab, missed } = await play(circumstances, history);
  expect(lab.promises.violations.map(describeViolation)).toEqual([]);
  // Otherwise it would no longer be the history that its name promises.
  expect(missed).toEqual([]);
});

const MISTAKES = [
  'deletes the oldest key', 'counts a success without the marker', 'sends the command again instead of waiting for it',
  'ends the grace when it sees that a key is unused',
];

it.each(MISTAKES)('catches a function that %s', async name => {
  const variant = KNOWN_BAD.find(candidate => candidate.name === name)!;
  const { violations } = await runHistories({ runs: RUNS, seed: SEED, length: 20, setups: [variant.setup], subject: await buildVariant(variant) });
  expect(violations.map(({ promise }) => promise)).toContain(variant.promise);
}, 180_000);

it("catches the algorithm of AWS's sample", async () => {
  const { histories, violations } = await runHistories({ runs: RUNS, seed: SEED, setups: [SAMPLE_STACK], subject: SAMPLE });
  expect(violations).not.toEqual([]);
  expect(histories).toBe(1);
});
