import { pairs, Run } from '../campaign';
import { SYSTEM_FAULTS } from '../faults';
import { buildVariant } from './build';
import { KnownBad } from './variants';

/** How a mistake was found out. */
export interface Catch {
  readonly variant: KnownBad;
  /** Runs up to the one that broke the promise. */
  readonly runs: number;
  /** That one; undefined if the mistake was not found out. */
  readonly run?: Run;
}

/** Lets everything go wrong, with one fault and then with two, until the mistake breaks the promise that it is about. */
export async function hunt(variant: KnownBad): Promise<Catch> {
  const { faults = SYSTEM_FAULTS, options, promise, setup } = variant;
  const subject = await buildVariant(variant);
  let runs = 0;
  for await (const run of pairs(setup, faults, { ...options, subject })) {
    if (run === 'merged') continue;
    runs += 1;
    if (run.violations.some(violation => violation.promise === promise)) return { variant, runs, run };
  }
  return { variant, runs };
}
