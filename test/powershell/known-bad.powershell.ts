import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { broken, scenarios } from './campaign';
import { FIRST_VERSION, KnownBad, MISTAKES } from './known-bad';
import { SHELLS } from './shells';
import { DEEP } from './table';
import { runTogether } from './windows-node';

/** How many runs a mistake may stay unseen, and how many a process is given. */
const PATIENCE = 600;
const SHARE = 30;

describe.each(SHELLS)('the campaign, in %s', shell => {
  const mistakes: readonly KnownBad[] = DEEP ? [FIRST_VERSION, ...MISTAKES] : [FIRST_VERSION];
  for (const { name, script } of mistakes) {
    it(`finds a document that ${name}`, async () => {
      const all = fc.sample(scenarios(script), { numRuns: PATIENCE, seed: 26 });
      let found: string[] = [];
      for (let start = 0; start < all.length && found.length === 0; start += SHARE) {
        const share = all.slice(start, start + SHARE);
        found = (await runTogether(shell, share)).flatMap((result, index) => broken(share[index], result));
      }
      expect(found).not.toEqual([]);
    }, 1_200_000);
  }
});
