import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { pythonWithLocalEmu } from './python';

it('says what to install when there is no Python', () => {
  const directory = mkdtempSync(join(tmpdir(), 'emulator-'));
  for (const variable of ['PATH', 'HOME', 'PYENV_ROOT']) vi.stubEnv(variable, directory);
  try {
    expect(() => pythonWithLocalEmu()).toThrow('install Python 3.13 or later');
  } finally {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  }
});
