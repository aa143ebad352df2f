import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './machine';
import { RelayHost } from './relay-host';
import { postfix, postfixWith } from './servers';

describe.each([
  postfixWith('btree'), postfixWith('texthash'), postfixWith('lmdb', 'postfix-lmdb'), postfixWith('cdb', 'postfix-cdb'), postfixWith('proxy:hash'),
])('$name', server => {
  let relayHost: RelayHost;
  beforeAll(async () => { relayHost = await RelayHost.start(server); });
  afterAll(async () => relayHost.stop());

  it('sends with each new credential', async () => {
    for (const _rotation of ['the first', 'the second']) {
      expect((await relayHost.rotate()).succeeded).toBe(true);
      expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
    }
  });
});

describe('Postfix with a second instance', () => {
  const table = '/etc/postfix-out/sasl_passwd';
  let relayHost: RelayHost;
  beforeAll(async () => {
    relayHost = await RelayHost.start(postfix);
    await run('postmulti', '-e', 'init');
    await run('postmulti', '-I', 'postfix-out', '-e', 'create');
    await run('postconf', '-c', '/etc/postfix-out', `smtp_sasl_password_maps = hash:${table}`);
    await writeFile(table, postfix.entryFor(relayHost.relay, 'user', 'password'));
    await run('postmap', `hash:${table}`);
  });
  afterAll(async () => {
    await run('postmulti', '-i', 'postfix-out', '-e', 'destroy');
    await run('postmulti', '-e', 'disable').catch(() => undefined);
    await relayHost.stop();
  });

  it('has the credential in the tables of both', async () => {
    expect((await relayHost.rotate()).succeeded).toBe(true);
    const { username, password } = relayHost.credential();
    const entry = postfix.entryFor(relayHost.relay, username, password);
    expect(await readFile(table, 'utf8')).toBe(entry);
    expect(await readFile(postfix.file, 'utf8')).toContain(entry);
  });
});
