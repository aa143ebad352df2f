import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FileSystem } from 'aws-cdk-lib';
import { expect, inject, it } from 'vitest';
import { cleanTree } from './clean-tree';
import { run } from './program';

it('is the same asset when another clean tree is built, elsewhere and in another time zone', async () => {
  const elsewhere = await cleanTree(join(inject('workshop'), 'another', 'folder', 'of', 'another', 'user'));
  await run('npx', ['projen', 'bundle'], { cwd: elsewhere, env: { TZ: 'Asia/Tokyo', LANG: 'sv_SE.UTF-8' } });
  const [one, other] = [join(inject('workshop'), 'tree'), elsewhere].map(tree => join(tree, 'assets', 'lambda-src', 'index'));
  expect(readdirSync(one)).toContain('index.mjs');
  // What CDK names the asset by.
  expect(FileSystem.fingerprint(other)).toBe(FileSystem.fingerprint(one));
});
