import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const REQUIREMENTS = join(__dirname, 'requirements.txt');
const DIRECTORY = join(__dirname, '..', '..', '.venv-fidelity');
const TO_INSTALL = 'install Python 3.10 or later with its module venv (Debian and Ubuntu: apt-get install python3 python3-venv)';
const TO_REACH = 'the packages of test/fidelity/requirements.txt come from the Python package index, or from the one that pip is configured for';

/** The Python that has moto; made when it is missing, and again when requirements.txt has changed. */
export function pythonWithMoto(directory = DIRECTORY): string {
  const python = join(directory, 'bin', 'python');
  const stamp = join(directory, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  rmSync(directory, { recursive: true, force: true });
  run('python3', ['-m', 'venv', directory], TO_INSTALL);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--requirement', REQUIREMENTS], TO_REACH);
  // Last, so that an environment that is only half there is made again.
  writeFileSync(stamp, wanted);
  return python;
}

function run(command: string, args: string[], advice: string): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}${stderr}`.trim();
  throw new Error(`the comparison with moto needs Python, and this failed: ${command} ${args.slice(0, 3).join(' ')}\n${said}\n${advice}`);
}
