import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface VirtualEnvironment {
  /** What the tests need it for, as the subject of a sentence. */
  readonly subject: string;
  /** The Python that makes it. */
  readonly python: string;
  readonly directory: string;
  /** A file of pip, with every package that is needed. */
  readonly requirements: string;
  readonly toInstall: string;
}

const TO_REACH = 'the packages come from the Python package index, or from the one that pip is configured for';

/** The Python of an environment that has the packages; made when it is missing, and again when the requirements have changed. */
export function pythonWith({ subject, python, directory, requirements, toInstall }: VirtualEnvironment): string {
  const own = join(directory, 'bin', 'python');
  const stamp = join(directory, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(own) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return own;
  rmSync(directory, { recursive: true, force: true });
  run(subject, python, ['-m', 'venv', directory], toInstall);
  // The file names all packages, so that pip has nothing to choose.
  run(subject, own, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--requirement', requirements], TO_REACH);
  // Last, so that an environment that is only half there is made again.
  writeFileSync(stamp, wanted);
  return own;
}

function run(subject: string, command: string, args: string[], advice: string): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}${stderr}`.trim();
  throw new Error(`${subject} needs Python, and this failed: ${command} ${args.slice(0, 3).join(' ')}\n${said}\n${advice}`);
}
