import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { ROOT } from './clean-tree';
import { run } from './program';

/** The command of `npm run compat`, with another last release than that on npm. */
function compatCommand(lastRelease: string): string {
  const { tasks } = JSON.parse(readFileSync(join(ROOT, '.projen', 'tasks.json'), 'utf8')) as { tasks: { compat: { steps: { exec: string }[] } } };
  return tasks.compat.steps[0].exec.replace('npm:cdk-ses-smtp-credential-rotation', lastRelease);
}

it('fails when a released method is gone, and not before', async () => {
  const tree = join(inject('workshop'), 'tree');
  // Within reach of the packages that it depends on.
  const released = join(tree, 'released');
  mkdirSync(released);
  copyFileSync(join(tree, 'package.json'), join(released, 'package.json'));
  const assembly = readFileSync(join(tree, '.jsii'), 'utf8');
  const compare = async () => run('npx', compatCommand(released).split(' '), { cwd: tree });
  writeFileSync(join(released, '.jsii'), assembly);
  await expect(compare()).resolves.toBeDefined();
  writeFileSync(join(released, '.jsii'), assembly.replaceAll('"grantRead"', '"grantReadAndWrite"'));
  await expect(compare()).rejects.toThrow('grantReadAndWrite');
});
