import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CdkCli } from './cdk-cli';
import { synthesize } from '../app/live-app';

const OPTIONS = { prefix: 'ses-live-abc123', fleet: true, windows: true };

it('the real CDK CLI reads the assembly of the suite', async () => {
  const assembly = mkdtempSync(join(tmpdir(), 'live-cli-'));
  onTestFinished(async () => rm(assembly, { recursive: true }));
  synthesize(OPTIONS, {}, assembly);
  expect(await new CdkCli('eu-west-1', () => undefined).list(assembly)).toEqual(['ses-live-abc123-probes', 'ses-live-abc123']);
});

it('a deployment that fails rejects with the last lines of the CLI', async () => {
  const cli = new CdkCli('eu-west-1', () => undefined, [process.execPath, '-e', 'console.error("UPDATE_FAILED: why"); process.exit(1)', '--']);
  await expect(cli.deploy('assembly', 'stack')).rejects.toThrow('cdk deploy ended with 1: UPDATE_FAILED: why');
});

it('a deployment that is stopped ends, and rejects', async () => {
  const cli = new CdkCli('eu-west-1', () => undefined, [process.execPath, '-e', 'setInterval(() => {}, 1000)', '--']);
  const deployment = expect(cli.deploy('assembly', 'stack')).rejects.toThrow('cdk deploy ended');
  await cli.stop();
  await deployment;
  // The clean-up stops it once more.
  await cli.stop();
});
