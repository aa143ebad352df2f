import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pythonWith } from '../virtual-environment';

const TO_INSTALL = 'install Python 3.13 or later with its module venv, in PATH or with pyenv';

/** The Python that has LocalEmu and the AWS CLI. */
export function pythonWithLocalEmu(): string {
  const { status, stdout } = spawnSync(join(__dirname, 'find-python.sh'), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`LocalEmu needs Python 3.13 or later, and there is none; ${TO_INSTALL}`);
  return pythonWith({
    subject: 'LocalEmu',
    python: stdout.trim(),
    directory: join(__dirname, '..', '..', '.venv-emulator'),
    requirements: join(__dirname, 'requirements.txt'),
    toInstall: TO_INSTALL,
  });
}
