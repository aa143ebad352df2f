import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { checkToolChains } from './tool-chains';

it.each([
  'install Node.js 20 or later with npm',
  'apt-get install python3 python3-venv',
  'apt-get install openjdk-17-jdk-headless',
  'apt-get install maven',
  'install Go 1.25 or later',
])('says what to install when no language has its tools: %s', advice => {
  const directory = mkdtempSync(join(tmpdir(), 'no-tools-'));
  vi.stubEnv('PATH', directory);
  try {
    expect(() => checkToolChains()).toThrow(advice);
  } finally {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  }
});
