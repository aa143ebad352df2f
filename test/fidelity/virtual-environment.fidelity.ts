import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { pythonWithMoto } from './virtual-environment';

it('says what to install when there is no Python', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fidelity-'));
  vi.stubEnv('PATH', directory);
  try {
    expect(() => pythonWithMoto(join(directory, 'environment'))).toThrow('apt-get install python3 python3-venv');
  } finally {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  }
});
