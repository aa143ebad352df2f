import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { billFor, Line, totalOf, Usage, usageOfMonth } from './bill';
import { CredentialDocument, MailServerTargets } from '../../src';
import { Scenario, withFleet } from '../lambda-src/scenario';

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'cost.md'), 'utf8');

describe('a month of one credential, with a fleet, the watchdog and the alarm', () => {
  let usage: Usage;
  let bill: Line[];

  beforeAll(async () => {
    const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True')) });
    scenario.addNode('i-00000001');
    usage = await usageOfMonth(scenario);
    bill = billFor(usage);
  }, 60_000);

  it('is 730 runs of the watchdog, and the four steps of a rotation', () => {
    expect(usage.invocations).toBe(730 + 4);
  });

  it('costs less than 1 USD', () => {
    expect(totalOf(bill)).toBeLessThan(1);
  });

  it('is the bill in docs/cost.md', () => {
    const rows = bill.map(([what, howMuch, usd]) => `| ${what} | ${howMuch} | ${usd.toFixed(4)} |`);
    for (const row of [...rows, `| **together** | | **${totalOf(bill).toFixed(2)}** |`]) expect(PAGE).toContain(row);
  });
});
