import { existsSync } from 'node:fs';
import { forbidServices, install, run } from './machine';

/** Without root and apt there is no mail server to test. */
export async function setup(): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error('npm run test:mail-servers installs mail servers: run it as root on Debian, in a container or on a machine that you can throw away');
  }
  await forbidServices();
  await run('apt-get', 'update', '--quiet');
  await install('ca-certificates');
}
