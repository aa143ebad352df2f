import { expect, it } from 'vitest';
import { describeFailures, pairs, Run, RunOptions } from '../campaign';
import { SYSTEM_FAULTS } from '../faults';
import { Setup } from '../setups';

/** One file for each setup, so that they run side by side. */
export function testEveryPair(setup: Setup, options?: RunOptions): void {
  it(`${setup.name}: every promise holds under every pair of faults`, async () => {
    const failed: Run[] = [];
    let [done, merged] = [0, 0];
    for await (const run of pairs(setup, SYSTEM_FAULTS, options)) {
      if (run === 'merged') merged += 1;
      else if (run.violations.length > 0) failed.push(run);
      done += 1;
    }
    expect(describeFailures(failed)).toEqual([]);
    expect(done).toBeGreaterThan(40_000);
    expect(merged).toBeLessThan(done);
  }, 1_200_000);
}
