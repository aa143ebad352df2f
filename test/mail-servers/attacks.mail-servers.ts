import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { feed, install, run } from './machine';
import { RelayHost } from './relay-host';
import { dma, exim, msmtp, nullmailer, RealServer } from './servers';
import { StepResult } from '../world';
import { ScriptNode } from '../world/nodes';

/** What only an attack makes. */
const WITNESS = '/srv/mail-servers-test-witness';
const VICTIM = '/srv/mail-servers-test-victim';
const SECRET = 'only root may change this\n';

let relayHost: RelayHost;

/** The server with one current credential, and another one in its file to begin each test with. */
function onServer(server: RealServer): void {
  beforeAll(async () => {
    relayHost = await RelayHost.start(server);
    await relayHost.rotateTwice();
  });
  afterAll(async () => relayHost.stop());
  afterEach(async () => { await run('rm', '-rf', WITNESS, VICTIM); });
}

/** An entry with the old credential. */
function oldEntry(server: RealServer): string {
  const { username, password } = relayHost.credential('AWSPREVIOUS');
  return `${server.entryFor(relayHost.relay, username, password)}\n`;
}

async function witness(): Promise<string[]> {
  return existsSync(WITNESS) ? (await readFile(WITNESS, 'utf8')).trim().split('\n') : [];
}

/** A program that calls the real one, with something before or after that. */
async function wrap(node: ScriptNode, program: string, after: string, before = ''): Promise<void> {
  await chmod(node.directory, 0o755);
  await node.install(program, `#!/bin/sh\nPATH=\${PATH#*:}\n${before}\n${program} "$@"\ncode=$?\n${after}\nexit $code\n`);
}

function expectRefusal({ output, status }: StepResult, message: string | RegExp): void {
  expect(output).toMatch(message);
  expect(output).not.toContain('SES_SMTP_CREDENTIAL_APPLIED');
  expect(status).toBe('Failed');
}

describe('msmtp', () => {
  const { file } = msmtp;
  onServer(msmtp);
  afterEach(async () => run('chown', '-R', 'root:root', dirname(file)));

  it('evaluates no line as root that the owner of the folder brought in after the check', async () => {
    await writeFile(file, oldEntry(msmtp));
    await chmod(file, 0o600);
    await run('chown', 'nobody', dirname(file));
    // Root's file in somebody else's folder, who puts another one in its place as soon as it has been renamed.
    const swap = `[ ! -e ${file} ] || setpriv --reuid nobody --clear-groups sh -c 'rm -f "$0"; printf "%s\\n" "eval id -un >>/tmp/mail-servers-test-eval; echo tls on" >"$0"' ${file}`;
    await run('rm', '-f', '/tmp/mail-servers-test-eval');
    await relayHost.apply(async node => wrap(node, 'mv', swap));
    expect(await readFile('/tmp/mail-servers-test-eval', 'utf8').catch(() => '')).not.toContain('root');
  });

  it('evaluates no file of root as root in the folder of somebody else, who could have moved any there', async () => {
    await writeFile(file, `${oldEntry(msmtp)}eval id -un >>${WITNESS}; echo "logfile /dev/null"\n`);
    await chmod(file, 0o600);
    await run('chown', 'nobody', dirname(file));
    await writeFile(WITNESS, '');
    await chmod(WITNESS, 0o666);
    expect(await relayHost.apply()).toMatchObject({ status: 'Success' });
    expect(new Set(await witness())).toEqual(new Set(['nobody']));
  });

  it('runs no program in the folder of somebody else, whatever PATH root has', async () => {
    await writeFile(file, oldEntry(msmtp));
    await run('chown', 'nobody', dirname(file));
    const programs = ['cmp', 'cp', 'ln', 'mkdir', 'mv', 'rm'];
    for (const program of programs) await writeFile(join(dirname(file), program), `#!/bin/sh\nid -un >>${WITNESS}\nexec /bin/${program} "$@"\n`, { mode: 0o755 });
    const bin = join(__dirname, '..', 'world', 'nodes', 'bin');
    const result = await relayHost.apply(async node => { node.environment.PATH = `:.:${bin}:${process.env.PATH}:${dirname(process.execPath)}`; });
    for (const program of programs) await rm(join(dirname(file), program));
    expect(await witness()).toEqual([]);
    expect(result).toMatchObject({ status: 'Success' });
  });

  it('gives no password to those who evaluate its lines', async () => {
    await writeFile(file, `account partner\nhost smtp.partner.example\nuser partner\npassword of-a-partner\n${oldEntry(msmtp)}`);
    await chmod(file, 0o660);
    await run('chown', 'root:mail', file);
    await writeFile(WITNESS, '');
    await chmod(WITNESS, 0o666);
    await relayHost.apply(async node => {
      await chmod(node.directory, 0o755);
      await node.install('msmtp', `#!/bin/sh\nPATH=\${PATH#*:}\nid -un >>${WITNESS}\ntee -a ${WITNESS} <&3 | msmtp -C /dev/fd/4 -a "$4" --pretend nobody@localhost 4<&0\n`);
    });
    expect(await witness()).toContain('nobody');
    const seen = (await witness()).join();
    expect(seen).toContain(relayHost.currentKey);
    for (const password of ['of-a-partner', relayHost.credential().password]) expect(seen).not.toContain(password);
  });

  it('is refused if a line with eval gives an account another password', async () => {
    await writeFile(file, `${oldEntry(msmtp)}eval echo password of-a-partner\n`);
    const result = await relayHost.apply();
    expectRefusal(result, /does not give the credential: a line 'eval' gives account ses its password/);
  });
});

describe('Exim', () => {
  const { file } = exim;
  onServer({ ...exim, install: async () => install('exim4-daemon-heavy', 'exim4-config') });

  it('runs no lookup as root that a key in the file asks for', async () => {
    await mkdir(VICTIM);
    await writeFile(file, `"sqlite;${VICTIM}/database create table made(by)": a:b\n${oldEntry(exim)}`);
    await run('chown', 'root:Debian-exim', file);
    await chmod(file, 0o660);
    await relayHost.apply();
    expect(existsSync(`${VICTIM}/database`)).toBe(false);
  });
});

describe('nullmailer', () => {
  const { file } = nullmailer;
  const trigger = '/var/spool/nullmailer/trigger';
  onServer(nullmailer);

  it('wakes up by its trigger', async () => {
    await writeFile(file, oldEntry(nullmailer));
    expect((await relayHost.apply()).status).toBe('Success');
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
  });

  it('loses no file of root to who puts a link in the place of the trigger', async () => {
    await writeFile(VICTIM, SECRET, { mode: 0o600 });
    await writeFile(file, oldEntry(nullmailer));
    const swap = `setpriv --reuid mail --clear-groups ln -sf ${VICTIM} ${trigger}`;
    await relayHost.apply(async node => wrap(node, 'pgrep', swap));
    await run('sleep', '1');
    expect(await readFile(VICTIM, 'utf8')).toBe(SECRET);
    await run('sh', '-c', 'rm -f "$1"; mkfifo -m 600 "$1"; chown mail:mail "$1"', '-', trigger);
  });
});

describe('dma', () => {
  const { file } = dma;
  const config = '/etc/dma/dma.conf';
  onServer(dma);

  it('is refused if its configuration names another file, or none', async () => {
    const text = await readFile(config, 'utf8');
    for (const line of [`AUTHPATH ${file}.other`, `# AUTHPATH ${file}`]) {
      await writeFile(file, oldEntry(dma));
      await writeFile(config, text.replace(`AUTHPATH ${file}`, line));
      expectRefusal(await relayHost.apply(), `SES_SMTP_CREDENTIAL_FAILED ${config} does not name ${file}`);
    }
    await writeFile(config, text);
  });

  it('goes on sending for every user, because it takes a group, also where the file belongs to the user of that name', async () => {
    await writeFile(file, oldEntry(dma));
    await run('chown', 'mail:root', file);
    await chmod(file, 0o644);
    expect(await relayHost.apply()).toMatchObject({ status: 'Success' });
    expect((await run('stat', '-c', '%a %U %G', file)).trim()).toBe('640 mail mail');
    const message = 'From: relay@example.com\nTo: someone@example.net\nSubject: by-nobody\n\nHello\n';
    await feed(message, 'setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', '/usr/sbin/sendmail', '-i', '-f', 'relay@example.com', 'someone@example.net');
    expect((await relayHost.arrival('by-nobody')).username).toBe(relayHost.currentKey);
  });

  it('is refused if only the user of that name can read the file', async () => {
    await writeFile(file, oldEntry(dma));
    await run('chown', 'mail:root', file);
    await chmod(file, 0o640);
    expectRefusal(await relayHost.apply(), /as the group mail did not give the credential .*: the group mail cannot read it/);
  });
});
