import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { explainedFindings } from './security-document';
import { Finding, Stranger } from './stranger';

it('has the findings of cdk-nag that docs/security.md explains, and no others', async () => {
  const packages = ['aws-cdk-lib@^2', 'constructs@^10', 'cdk-nag@^3', inject('packages').npm];
  const stranger = await Stranger.install(join(inject('workshop'), 'nag'), packages);
  const found = await stranger.findings('nag.mjs');
  expect([...new Set(found.map(inWords))].sort()).toEqual(explainedFindings().sort());
});

/** The construct is named by its path in ours. */
function inWords({ validation, rule, construct }: Finding): string {
  return `${validation}: ${rule.replace(`${validation}-`, '')} at ${construct.split('/').slice(2, -1).join('/')}`;
}
