import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GO_REPOSITORY, Registries } from './registries';
import { GO_ENVIRONMENT } from '../languages/packages';
import { run } from '../languages/program';

/** What git asks for a password on GitHub with. */
export const GO_TOKEN = 'rehearsal';

/**
 * Variables with which programs find what this machine has, and leave its home alone: publib writes an .npmrc and installs
 * Python packages for the user. Git reaches the organization's repositories in a folder.
 */
export async function machine(home: string, { git }: Pick<Registries, 'git'>): Promise<Record<string, string>> {
  mkdirSync(home);
  const organization = `[url "file://${git}/"]\n\tinsteadOf = ${GO_REPOSITORY}\n\tinsteadOf = ${GO_REPOSITORY.replace('//', `//${GO_TOKEN}@`)}\n`;
  writeFileSync(join(home, '.gitconfig'), organization);
  const python = await line('python3', '-c', 'import sys; print(sys.executable)');
  return {
    HOME: home,
    // A version manager looks for its Python in the home.
    PATH: `${dirname(python)}:${process.env.PATH}`,
    PIP_BREAK_SYSTEM_PACKAGES: '1',
    npm_config_cache: await line('npm', 'config', 'get', 'cache'),
    npm_config_registry: await line('npm', 'config', 'get', 'registry'),
    ...goOf(home),
  };
}

/** Modules of the rehearsal in a cache of its own; the organization's come from its repositories. */
export function goOf(home: string): Record<string, string> {
  const ours = new URL('*', GO_REPOSITORY).href.replace('https://', '');
  return {
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    // A mistake must not reach the real repositories, whatever keys the person has.
    GIT_ALLOW_PROTOCOL: 'file',
    GIT_TERMINAL_PROMPT: '0',
    GOMODCACHE: join(home, 'go'),
    GOFLAGS: '-modcacherw',
    GONOPROXY: ours,
    GONOSUMDB: `${GO_ENVIRONMENT.GONOSUMDB},${ours}`,
  };
}

async function line(program: string, ...args: string[]): Promise<string> {
  return (await run(program, args)).stdout.trim();
}

/** A key that signs, made for the rehearsal, as the secrets of the workflow have it. */
export async function signingKey(home: string, passphrase: string): Promise<string> {
  mkdirSync(home, { mode: 0o700 });
  const env = { GNUPGHOME: home };
  const unlock = ['--batch', '--pinentry-mode', 'loopback', '--passphrase', passphrase];
  await run('gpg', [...unlock, '--quick-generate-key', 'rehearsal@example.com', 'rsa2048', 'sign', '1d'], { env });
  const { stdout } = await run('gpg', [...unlock, '--armor', '--export-secret-keys'], { env });
  await run('gpgconf', ['--kill', 'all'], { env });
  return stdout;
}
