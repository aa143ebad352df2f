import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { broken, scenarios } from './campaign';
import { brokenScript, scriptScenarios } from './campaign-scripts';
import { MAIL_SERVERS } from './campaign-servers';
import { Endpoint } from './endpoint';
import { SHELLS } from './shells';
import { DEEP } from './table';
import { Result, runTogether, Scene } from './windows-node';

const RUNS = Number(process.env.POWERSHELL_RUNS ?? (DEEP ? 1500 : 16));
/** A script of somebody's own is a process more. */
const SCRIPTS = Math.ceil(RUNS / 10);
const SEED = Number(process.env.POWERSHELL_SEED ?? 26);
/** How many a process is given. */
const SHARE = 40;

let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(async () => endpoint.stop());

describe.each(SHELLS)('a campaign, in %s', shell => {
  for (const server of MAIL_SERVERS) {
    it(`keeps every promise of ${server.name} in ${RUNS} runs with generated values, settings and faults`, async () => {
      const all = fc.sample(scenarios(server), { numRuns: RUNS, seed: SEED })
        .map(scenario => ({ ...scenario, script: endpoint.reachableFrom(scenario.script), trusted: endpoint.certificate }));
      expect(await problemsOf(shell, all, (scenario, result) => broken(server, scenario, result))).toEqual([]);
    }, 3_600_000);
  }

  it(`keeps every promise in ${SCRIPTS} runs of generated scripts`, async () => {
    expect(await problemsOf(shell, fc.sample(scriptScenarios(), { numRuns: SCRIPTS, seed: SEED }), brokenScript)).toEqual([]);
  }, 3_600_000);
});

async function problemsOf<T extends Scene>(shell: string, all: readonly T[], brokenOf: (scenario: T, result: Result) => string[]): Promise<string[]> {
  const size = Math.min(SHARE, Math.ceil(all.length / availableParallelism()));
  const shares = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
  const problems: string[] = [];
  const work = async () => {
    for (let share = shares.shift(); share !== undefined; share = shares.shift()) {
      for (const [index, result] of (await runTogether(shell, share)).entries()) {
        const scenario = share[index];
        const { stdout, stderr, calls, objects } = result;
        problems.push(...brokenOf(scenario, result).map(problem => `${problem}: ${JSON.stringify({ ...scenario, script: undefined, stdout, stderr, calls, after: objects })}`));
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return problems;
}
