import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from './machine';
import { RelayHost } from './relay-host';
import { SERVERS } from './servers';
import { ScriptNode } from '../world/nodes';

/** The programs by which the documents change anything. */
const PROGRAMS = ['chgrp', 'chmod', 'cmp', 'cp', 'exim4', 'ln', 'makemap', 'mkdir', 'msmtp', 'mv', 'postmap', 'rm', 'smtpctl', 'smtpd', 'sync'];

describe.each(SERVERS)('the document on $name', server => {
  const folder = dirname(server.file);
  /** Where a run works: in the folder, or above it if that belongs to another user. */
  const WORK_DIRECTORIES = [folder, dirname(folder)].map(path => join(path, '.ses-smtp-credential'));
  let relayHost: RelayHost;
  let before: string;
  let after: string;

  beforeAll(async () => {
    relayHost = await RelayHost.start(server);
    await relayHost.rotateTwice();
    const [previous, current] = [relayHost.credential('AWSPREVIOUS'), relayHost.credential()];
    before = server.worn(relayHost.relay, previous.username, previous.password);
    after = server.worn(relayHost.relay, current.username, current.password);
  });
  afterAll(async () => relayHost.stop());

  beforeEach(async () => {
    await writeFile(server.file, before);
    await chmod(server.file, 0o640);
    await server.takeUp();
  });

  async function snapshot(): Promise<Record<string, string>> {
    const files = (await readdir(folder, { withFileTypes: true })).filter(entry => entry.isFile()).map(({ name }) => name).sort();
    return Object.fromEntries(await Promise.all(files.map(async name => [name, await readFile(join(folder, name), 'latin1')])));
  }

  async function expectFailure(message: string | RegExp, prepare?: (node: ScriptNode) => Promise<unknown>): Promise<void> {
    const { output, status } = await relayHost.apply(prepare);
    expect(output).toMatch(message);
    expect(output).not.toContain('SES_SMTP_CREDENTIAL_APPLIED');
    expect(output).not.toContain(relayHost.credential().password);
    expect(status).toBe('Failed');
  }

  it('changes the entries of the endpoint in a file that has seen years, and not another byte', async () => {
    const { uid, gid } = await stat(server.file);
    const names = Object.keys(await snapshot());
    expect(await relayHost.apply()).toMatchObject({ status: 'Success' });
    expect(await readFile(server.file, 'latin1')).toBe(after);
    expect(await stat(server.file)).toMatchObject({ uid, gid, mode: 0o100640 });
    const files = await snapshot();
    expect(Object.keys(files)).toEqual(names);
    expect(Object.values(files).filter(content => content.includes(relayHost.credential('AWSPREVIOUS').password))).toEqual([]);
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
  });

  it('changes nothing when it runs again', async () => {
    await relayHost.apply();
    const first = [await snapshot(), (await stat(server.file)).ino];
    expect(await relayHost.apply()).toMatchObject({ status: 'Success' });
    expect([await snapshot(), (await stat(server.file)).ino]).toEqual(first);
  });

  it('works while the server is down', async () => {
    await server.stop();
    expect(await relayHost.apply()).toMatchObject({ status: 'Success' });
    await server.start(relayHost.relay);
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
  });

  it('refuses a file without an entry for the endpoint, and says which to add', async () => {
    await writeFile(server.file, server.otherLines);
    await expectFailure(/SES_SMTP_CREDENTIAL_FAILED .*has (no|an) .*email-smtp\.eu-west-1\.amazonaws\.com/);
    expect(await readFile(server.file, 'utf8')).toBe(server.otherLines);
  });

  it('refuses a server without the file', async () => {
    await rename(server.file, `${server.file}.away`);
    await expectFailure(`SES_SMTP_CREDENTIAL_FAILED ${server.file} does not exist: `);
    await rename(`${server.file}.away`, server.file);
  });

  it('changes nothing if the secret cannot be read', async () => {
    const files = await snapshot();
    await expectFailure(/could not be read: .*AccessDenied.*; the instance role needs secretsmanager:GetSecretValue/, async node => {
      await node.install('aws', '#!/bin/sh\necho "An error occurred (AccessDeniedException)" >&2\nexit 254\n');
      await node.install('sleep', '#!/bin/sh\n');
    });
    expect(await snapshot()).toEqual(files);
  });

  describe('on a disk that fails', () => {
    // The folder is a file system of its own then, and where sendmail has been installed, /etc/mail belongs to another user.
    const elsewhere = 'cannot be replaced: its folder belongs to another user, and /etc, the next one of root, is on another file system';

    afterEach(async () => run('umount', folder));

    it('leaves the old credential if the disk is full', async () => {
      await run('sh', '-c', 'cp -a "$1" "$1.copy" && mount -t tmpfs -o size=4m tmpfs "$1" && cp -a "$1.copy/." "$1" && rm -r "$1.copy"', '-', folder);
      await run('sh', '-c', 'dd if=/dev/zero of="$1/filler" 2>/dev/null || true', '-', folder);
      const files = await snapshot();
      await expectFailure(new RegExp(`SES_SMTP_CREDENTIAL_FAILED .*(No space left on device|${elsewhere}); .* is (un)?changed`));
      expect(await snapshot()).toEqual(files);
    });

    it('leaves the old credential if the file system is read-only', async () => {
      await run('sh', '-c', 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"', '-', folder);
      const files = await snapshot();
      await expectFailure(new RegExp(`SES_SMTP_CREDENTIAL_FAILED .*(Read-only file system|${elsewhere}); .* is (un)?changed`));
      expect(await snapshot()).toEqual(files);
    });
  });

  it('reports success only with everything changed, however little room there is in /run', async () => {
    const runtimeDirectory = '/srv/mail-servers-test-run';
    await run('sh', '-c', 'mkdir -p "$1" && mount -t tmpfs -o size=256k tmpfs "$1"', '-', runtimeDirectory);
    let pages = 0;
    try {
      for (; ; pages++) {
        await writeFile(server.file, before);
        await server.takeUp();
        await run('sh', '-c', 'rm -rf "$1"/* && dd if=/dev/zero of="$1/filler" bs=4k count="$2" 2>/dev/null', '-', runtimeDirectory, String(64 - pages));
        const { output, status } = await relayHost.apply(async node => { node.environment.RUNTIME_DIRECTORY = runtimeDirectory; });
        expect([before, after], output).toContain(await readFile(server.file, 'latin1'));
        if (status === 'Success') break;
        expect(output, `with ${pages} pages`).toMatch(/^[^]*SES_SMTP_CREDENTIAL_FAILED /);
      }
    } finally {
      await run('umount', runtimeDirectory);
    }
    expect(pages).toBeGreaterThan(3);
    expect(await readFile(server.file, 'latin1')).toBe(after);
  });

  it('changes nothing if the file may not be replaced', async () => {
    const files = await snapshot();
    await run('chattr', '+i', server.file);
    await expectFailure(/SES_SMTP_CREDENTIAL_FAILED .* cannot be replaced: chattr made it immutable/).finally(async () => run('chattr', '-i', server.file));
    expect(await snapshot()).toEqual(files);
  });

  it('leaves a credential that works, wherever it is killed, and the next run completes it', async () => {
    const counter = join(folder, '..', 'ses-smtp-calls');
    const install = async (node: ScriptNode, killedAt: number) => {
      // The server's user runs some of them, too.
      await chmod(node.directory, 0o755);
      await writeFile(counter, '');
      await chmod(counter, 0o666);
      // What runs in the background is no part of the run.
      await node.install('setsid', '#!/bin/sh\nPATH=${PATH#*:}\nexec setsid "$@"\n');
      for (const program of PROGRAMS) {
        await node.install(program, [
          '#!/bin/sh', 'PATH=${PATH#*:}', `echo >>${counter}`, `[ "$(wc -l <${counter})" -lt ${killedAt} ] || kill -KILL 0`, `exec ${program} "$@"`, '',
        ].join('\n'));
      }
    };
    const keys = [relayHost.credential('AWSPREVIOUS').username, relayHost.currentKey];
    const names = Object.keys(await snapshot());
    let call = 1;
    for (; ; call++) {
      await writeFile(server.file, before);
      await server.takeUp();
      const untouched = await snapshot();
      const { status } = await relayHost.apply(async node => install(node, call));
      if (status === 'Success') break;
      const killed = await snapshot();
      expect([before, after], `killed at call ${call}`).toContain(killed[basename(server.file)]);
      const isUntouched = isDeepStrictEqual(killed, untouched);
      if (isUntouched && !WORK_DIRECTORIES.some(existsSync)) continue;
      if (!isUntouched) expect(keys).toContain((await relayHost.arrival(await relayHost.send())).username);
      expect(await relayHost.apply(), `after call ${call}`).toMatchObject({ status: 'Success' });
      expect(Object.keys(await snapshot())).toEqual(names);
      expect(WORK_DIRECTORIES.filter(existsSync)).toEqual([]);
      expect(await readFile(server.file, 'latin1')).toBe(after);
    }
    expect(call).toBeGreaterThan(10);
    await rm(counter);
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
  }, 600_000);
});
