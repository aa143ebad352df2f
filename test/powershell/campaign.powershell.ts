import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { broken, Scenario, scenarios } from './campaign';
import { IIS } from './documents';
import { SHELLS } from './shells';
import { DEEP } from './table';
import { runTogether } from './windows-node';

const RUNS = Number(process.env.POWERSHELL_RUNS ?? (DEEP ? 1500 : 40));
const SEED = Number(process.env.POWERSHELL_SEED ?? 26);
/** How many a process is given. */
const SHARE = 40;

describe.each(SHELLS)('a campaign, in %s', shell => {
  it(`keeps every promise in ${RUNS} runs with generated values, settings and faults`, async () => {
    const all = fc.sample(scenarios(IIS), { numRuns: RUNS, seed: SEED });
    const shares = Array.from({ length: Math.ceil(all.length / SHARE) }, (_, index) => all.slice(index * SHARE, (index + 1) * SHARE));
    const problems: string[] = [];
    const work = async () => {
      for (let share = shares.shift(); share !== undefined; share = shares.shift()) problems.push(...await problemsOf(shell, share));
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    expect(problems).toEqual([]);
  }, 3_600_000);
});

async function problemsOf(shell: string, share: readonly Scenario[]): Promise<string[]> {
  const results = await runTogether(shell, share);
  return results.flatMap((result, index) => broken(share[index], result)
    .map(problem => `${problem}: ${JSON.stringify({ ...share[index], script: undefined, stdout: result.stdout, stderr: result.stderr, calls: result.calls })}`));
}
