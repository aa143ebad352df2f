import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelayHost } from './relay-host';
import { SERVERS } from './servers';

describe.each(SERVERS)('$name on a machine that joins the fleet', server => {
  let relayHost: RelayHost;
  beforeAll(async () => {
    relayHost = await RelayHost.start(server);
    relayHost.leave();
    expect((await relayHost.rotate()).succeeded).toBe(true);
  });
  afterAll(async () => relayHost.stop());

  it('gets the current credential when it joins, and the next ones by rotations', async () => {
    expect(await readFile(server.file, 'utf8')).not.toContain(relayHost.currentKey);
    expect(await relayHost.join()).toMatchObject([{ status: 'Success' }]);
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);

    expect((await relayHost.rotate()).succeeded).toBe(true);
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
    const content = await readFile(server.file);
    expect(await relayHost.runAssociation()).toMatchObject([{ status: 'Success' }]);
    expect(await readFile(server.file)).toEqual(content);
  });

  it('keeps the credential of a rotation under way when its association runs meanwhile', async () => {
    const { aws } = relayHost;
    const previous = relayHost.currentKey;
    aws.aroundInvocation = async ({ Step }, invoke) => {
      const result = await invoke();
      if (Step === 'setSecret') {
        expect(relayHost.currentKey).toBe(previous);
        expect(await relayHost.runAssociation()).toMatchObject([{ status: 'Success' }]);
      }
      return result;
    };
    expect((await relayHost.rotate()).succeeded).toBe(true);
    expect(relayHost.currentKey).not.toBe(previous);
    expect(await readFile(server.file, 'utf8')).toContain(relayHost.currentKey);
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
  });
});
