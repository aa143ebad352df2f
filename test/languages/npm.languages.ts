import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ROOT } from './clean-tree';
import { Stranger } from './stranger';

const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
const FLOOR = [`aws-cdk-lib@${devDependencies['aws-cdk-lib']}`, `constructs@${devDependencies.constructs}`];
const NEWEST = ['aws-cdk-lib@^2', 'constructs@^10'];

describe.each([
  { name: 'lowest', dependencies: FLOOR, report: undefined },
  { name: 'newest', dependencies: NEWEST, report: [] },
])('with the $name supported CDK', ({ name, dependencies, report }) => {
  let stranger: Stranger;
  beforeAll(async () => {
    stranger = await Stranger.install(join(inject('workshop'), name), [...dependencies, inject('packages').npm]);
  });

  it.each(['app.cjs', 'app.mjs'])('is synthesized by the CDK CLI without warnings and findings: %s', async app => {
    const { stdout, stderr } = await stranger.synth(app);
    expect(stdout + stderr).not.toMatch(/warn|error/i);
    expect(stranger.report(app)).toEqual(report);
  });

  it('has the same template from CommonJS and from an ES module', () => {
    expect(stranger.template('app.mjs')).toEqual(stranger.template('app.cjs'));
  });
});
