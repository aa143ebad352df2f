import { expect, it } from 'vitest';
import { describeFailures, namesOfFaults, pairs, Run, RunOptions } from '../campaign';
import { SYSTEM_FAULTS, systemFaults } from '../faults';
import { Setup } from '../setups';

/** One file for each setup, so that they run side by side. */
export function testEveryPair(setup: Setup, options?: RunOptions): void {
  it(`${setup.name}: every promise holds under every single fault, and under every pair of them`, async () => {
    const failed: Run[] = [];
    const alone: Run[] = [];
    let [done, merged] = [0, 0];
    for await (const run of pairs(setup, SYSTEM_FAULTS, options)) {
      done += 1;
      if (run === 'merged') {
        merged += 1;
        continue;
      }
      if (run.violations.length > 0) failed.push(run);
      if (run.plan.size === 1) alone.push(run);
    }
    expect(describeFailures(failed)).toEqual([]);
    expect(namesOfFaults(alone)).toEqual(new Set(systemFaults(setup.servers.length > 0).map(({ name }) => name)));
    expect(done).toBeGreaterThan(40_000);
    expect(merged).toBeLessThan(done);
  }, 1_200_000);
}
