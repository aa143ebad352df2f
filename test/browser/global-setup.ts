import { existsSync } from 'node:fs';
import { CHROMIUM } from './browser';
import { install, run } from '../mail-servers/machine';

/** Installs Chromium where it is missing and can be installed. */
export async function setup(): Promise<void> {
  if (existsSync(CHROMIUM)) return;
  if (process.env.CHROME_PATH !== undefined || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error(`npm run test:browser needs Chromium, and there is none at ${CHROMIUM}: name another one in CHROME_PATH, `
      + 'or run it as root on Debian, where it installs the package chromium');
  }
  await run('apt-get', 'update', '--quiet');
  await install('chromium', 'fonts-dejavu-core');
}
