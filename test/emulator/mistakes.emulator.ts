import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { Emulator } from './emulator';
import { deployAndCheck } from './first-rotation';
import { MailStack } from './stack';
import { bundleBroken } from '../demo/broken-functions';

const FUNCTION = join(inject('app'), 'node_modules', 'cdk-ses-smtp-credential-rotation', 'assets', 'lambda-src', 'index', 'index.mjs');
/** The rest of a failed rotation are pauses. */
const MILLISECONDS_PER_SECOND = 20;

let emulator: Emulator | undefined;
afterEach(async () => emulator?.stop());

async function deploy(settings: Record<string, string>, millisecondsPerSecond?: number): Promise<void> {
  emulator = await Emulator.launch(inject('python'), { millisecondsPerSecond });
  const stack = new MailStack(emulator, inject('app'), settings);
  await stack.bootstrap();
  await deployAndCheck(emulator, stack);
}

it('notices a policy that lacks a statement', async () => {
  await expect(deploy({ WITHOUT: 'SendDocument0' }, MILLISECONDS_PER_SECOND)).rejects.toThrow('not authorized to perform: ssm:SendCommand');
  expect(emulator!.localEmu.denials.join()).toContain('not authorized to perform: ssm:SendCommand');
});

it('notices a function that skips a push', async () => {
  const original = readFileSync(FUNCTION);
  const as = 'async ({ config }) => config.fleets.map(fleet => ({ fleet, commandId: "none", confirmed: 3, failed: 0, failures: [] }))';
  const broken = await bundleBroken({ name: 'skips a push', check: '', replacements: [{ module: 'fleet/push', function: 'pushToAll', as }] });
  cpSync(join(broken, 'index.mjs'), FUNCTION);
  try {
    await expect(deploy({})).rejects.toThrow('expected [ undefined, undefined, undefined ] to deeply equal');
  } finally {
    writeFileSync(FUNCTION, original);
  }
});
