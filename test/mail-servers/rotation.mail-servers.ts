import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelayHost } from './relay-host';
import { SERVERS } from './servers';

describe.each(SERVERS)('$name', server => {
  let relayHost: RelayHost;
  beforeAll(async () => { relayHost = await RelayHost.start(server); });
  afterAll(async () => relayHost.stop());

  it('gets every credential, and every message arrives', async () => {
    const { aws } = relayHost;
    const first = await relayHost.rotate();
    expect(first.attempts.flat().map(({ error }) => (error as Error | undefined)?.message)).toEqual([undefined, undefined, undefined, undefined]);
    const keys = [relayHost.currentKey];
    expect((await relayHost.arrival(await relayHost.send())).username).toBe(keys[0]);

    for (const _rotation of ['the second', 'the third']) {
      const during: string[] = [];
      aws.aroundInvocation = async (_event, invoke) => {
        during.push(await relayHost.send());
        return invoke();
      };
      expect((await relayHost.rotate()).succeeded).toBe(true);
      keys.push(relayHost.currentKey);
      for (const subject of during) expect(keys.slice(-2)).toContain((await relayHost.arrival(subject)).username);
      expect((await relayHost.arrival(await relayHost.send())).username).toBe(keys.at(-1));
    }

    expect(aws.world.iam.findAccessKey(keys[0])).toBeUndefined();
    expect(new Set(keys).size).toBe(3);
  });

  it('keeps the other lines and the file\'s owner', async () => {
    const content = await readFile(server.file, 'utf8');
    expect(content.startsWith(server.otherLines)).toBe(true);
    expect(content).toContain(relayHost.currentKey);
    expect((await stat(server.file)).mode % 8).toBe(0);
  });
});
