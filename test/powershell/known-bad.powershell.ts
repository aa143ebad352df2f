import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { broken, scenarios } from './campaign';
import { brokenScript, scriptScenarios } from './campaign-scripts';
import { Endpoint } from './endpoint';
import { FIRST_SCRIPT, FIRST_VERSION, MISTAKES, SCRIPT_MISTAKES } from './known-bad';
import { SHELLS } from './shells';
import { DEEP } from './table';
import { Result, runTogether, Scene } from './windows-node';

/** How many runs a mistake may stay unseen, and how many a process is given. */
const PATIENCE = 600;
const SHARE = 30;

let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(async () => endpoint.stop());

describe.each(SHELLS)('the campaign, in %s', shell => {
  for (const { name, server, script } of DEEP ? [FIRST_VERSION, ...MISTAKES] : [FIRST_VERSION]) {
    it(`finds a document for ${server.name} that ${name}`, async () => {
      const all = fc.sample(scenarios(server, script), { numRuns: PATIENCE, seed: 26 })
        .map(scenario => ({ ...scenario, script: endpoint.reachableFrom(scenario.script), trusted: endpoint.certificate }));
      expect(await found(shell, all, (scenario, result) => broken(server, scenario, result))).not.toEqual([]);
    }, 1_200_000);
  }

  for (const { name, documentOf } of DEEP ? [FIRST_SCRIPT, ...SCRIPT_MISTAKES] : []) {
    it(`finds a document for scripts that ${name}`, async () => {
      const all = fc.sample(scriptScenarios(documentOf), { numRuns: PATIENCE / 10, seed: 26 });
      expect(await found(shell, all, brokenScript)).not.toEqual([]);
    }, 1_200_000);
  }
});

/** What the first runs that break something break. */
async function found<T extends Scene>(shell: string, all: readonly T[], brokenOf: (scenario: T, result: Result) => string[]): Promise<string[]> {
  for (let start = 0; start < all.length; start += SHARE) {
    const share = all.slice(start, start + SHARE);
    // A document whose programs print past it makes the whole process print.
    const problems = await runTogether(shell, share)
      .then(results => results.flatMap((result, index) => brokenOf(share[index], result)), ({ message }: Error) => [message]);
    if (problems.length > 0) return problems;
  }
  return [];
}
