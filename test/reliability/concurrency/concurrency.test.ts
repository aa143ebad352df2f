import { expect, it } from 'vitest';
import { RIVALRIES, Rivalry, runRivalry } from './interleavings';
import { buildVariant } from '../known-bad/build';
import { KnownBad } from '../known-bad/variants';
import { ONE_FLEET } from '../setups';

const RUNS = 1000;
const SEED = 20_260_101;
const PATIENCE = 300_000;

const [, RETRIES, , MISHAPS] = RIVALRIES;

it.each(RIVALRIES)(`keeps every promise in ${RUNS} orders of their moves: $name`, async rivalry => {
  const { failure, interleavings } = await runRivalry(rivalry, { runs: RUNS, seed: SEED });
  expect(failure).toBeUndefined();
  expect(interleavings).toBe(RUNS);
}, PATIENCE);

/** No single fault and no pair of them shows these. */
const MISTAKES: (Omit<KnownBad, 'setup'> & { readonly rivalry: Rivalry; readonly seed: number })[] = [
  {
    name: 'deletes a key for which it has looked once',
    rivalry: MISHAPS,
    seed: 8,
    promise: 'P1',
    replacements: [
      { module: 'rotation/create-secret', function: 'waitAndReadAgain', as: 'async (_context, _token, inventory) => inventory' },
      { module: 'keys/deletion', function: 'isInCurrent', as: 'async () => false' },
    ],
  },
  {
    name: 'does not look whether servers were given another version meanwhile',
    rivalry: RETRIES,
    seed: 5,
    promise: 'P2',
    replacements: [{ module: 'fleet/earlier-commands', function: 'checkStillLast', as: 'async () => undefined' }],
  },
  {
    name: 'gives servers what is current while another rotation gives them its own',
    rivalry: MISHAPS,
    seed: 3,
    promise: 'P2',
    replacements: [{ module: 'rotation/set-secret', function: 'checkNotOvertaken', as: 'async () => undefined' }],
  },
];

it.each(MISTAKES)('catches a function that $name', async ({ rivalry, seed, ...mistake }) => {
  const { failure } = await runRivalry(rivalry, { runs: RUNS, seed, subject: await buildVariant({ ...mistake, setup: ONE_FLEET }) });
  expect(failure).toContain(`): ${mistake.promise} `);
}, PATIENCE);
