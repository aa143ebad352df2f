import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './program';

export const ROOT = join(__dirname, '..', '..');

/**
 * A copy of what git would keep of the working tree, and nothing that was built in it. In a fresh clone, that is the commit.
 * The packages that `npm ci` has installed are used where they are.
 */
export async function cleanTree(directory: string): Promise<string> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  const files = stdout.split('\0').filter(file => file !== '' && existsSync(join(ROOT, file)));
  for (const file of files) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    cpSync(join(ROOT, file), join(directory, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}
