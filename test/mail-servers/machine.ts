import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** Runs a program of the machine; throws with what it printed. */
export async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await execFileAsync(program, args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 2 ** 24 });
  return stdout;
}

/** Runs a program with a text as its standard input, and returns its exit code. */
export async function feed(input: string, program: string, ...args: string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(input);
  const [code, stderr] = await Promise.all([new Promise<number>(resolve => child.once('close', resolve)), text(child.stderr)]);
  if (stderr) process.stderr.write(`${program}: ${stderr}`);
  return code;
}

/** Installs Debian packages; the mail server that was there before goes. */
export async function install(...packages: string[]): Promise<void> {
  await run('apt-get', 'install', '--yes', '--quiet', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confmiss',
    '-o', 'Dpkg::Options::=--force-confold', ...packages);
}

const HOSTS = '/etc/hosts';
const MARK = '# for npm run test:mail-servers';

/** Writes names of addresses before all others of the machine, until `forgetNames`. */
export async function nameAddresses(names: { readonly [name: string]: string }): Promise<void> {
  const lines = Object.entries(names).map(([name, address]) => `${address} ${name} ${MARK}\n`);
  await writeFile(HOSTS, lines.join('') + await otherHosts());
}

export async function forgetNames(): Promise<void> {
  await writeFile(HOSTS, await otherHosts());
}

async function otherHosts(): Promise<string> {
  return (await readFile(HOSTS, 'utf8')).split('\n').filter(line => !line.endsWith(MARK)).join('\n');
}

const AUTHORITY = '/usr/local/share/ca-certificates/mail-servers-test.crt';

/** Lets every program of the machine trust a certificate, until `distrust`; returns a path that all of them can read. */
export async function trust(caFile: string): Promise<string> {
  await copyFile(caFile, AUTHORITY);
  await run('update-ca-certificates');
  return AUTHORITY;
}

export async function distrust(): Promise<void> {
  await rm(AUTHORITY, { force: true });
  await run('update-ca-certificates');
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Packages start no services while this is in force. */
export async function forbidServices(): Promise<void> {
  if (!existsSync(POLICY)) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
}
