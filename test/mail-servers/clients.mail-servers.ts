import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './machine';
import { RelayHost } from './relay-host';
import { CLIENTS } from './servers';

describe.each(CLIENTS)('$name', client => {
  let relayHost: RelayHost;
  beforeAll(async () => { relayHost = await RelayHost.start(client); });
  afterAll(async () => relayHost.stop());

  it('sends with each new credential', async () => {
    for (const _rotation of ['the first', 'the second']) {
      expect((await relayHost.rotate()).succeeded).toBe(true);
      expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
    }
  });

  it('has it in a file that has seen years, in which nothing else changes, and which only the client can read from then on', async () => {
    const [previous, current] = [relayHost.credential('AWSPREVIOUS'), relayHost.credential()];
    const { uid, gid } = await stat(client.file);
    await writeFile(client.file, client.worn(relayHost.relay, previous.username, previous.password));
    await run('chmod', '644', client.file);
    for (const _run of ['one that changes it', 'one that does not']) expect(await relayHost.apply()).toMatchObject({ status: 'Success' });
    expect(await readFile(client.file, 'utf8')).toBe(client.worn(relayHost.relay, current.username, current.password));
    expect(await stat(client.file)).toMatchObject({ uid, gid, mode: 0o100640 });
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
  });

  it('is refused if it has no entry for the endpoint, or cannot read the file', async () => {
    const content = await readFile(client.file, 'utf8');
    await writeFile(client.file, client.otherLines);
    expect((await relayHost.apply()).output).toMatch(/SES_SMTP_CREDENTIAL_FAILED .* has no user and password for email-smtp\.eu-west-1\.amazonaws\.com: add /);
    await writeFile(client.file, content);
    await run('chown', 'root:root', client.file);
    await run('chmod', '600', client.file);
    expect((await relayHost.apply()).output).toMatch(/SES_SMTP_CREDENTIAL_FAILED a lookup in .* as the (user|group) mail did not give the credential .*: the (user|group) mail cannot read it/);
  });
});
