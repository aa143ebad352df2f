import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RelayHost } from './relay-host';
import { exim, RealServer, Relay, sendmailServer } from './servers';

const LOAD_BALANCER = 'ses-smtp-prod-335357831.eu-west-1.elb.amazonaws.com';

let relayHost: RelayHost;
afterEach(async () => relayHost.stop());

/** Behind an address that stands for the load balancer first, as SES's do. */
async function start(server: RealServer): Promise<void> {
  relayHost = await RelayHost.start(server, LOAD_BALANCER);
}

async function rewrite(server: RealServer, content: (relay: Relay) => string): Promise<void> {
  await writeFile(server.file, content(relayHost.relay));
  await server.takeUp();
}

async function expectDelivery(): Promise<void> {
  expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
}

describe('Exim behind the name of the load balancer', () => {
  it('is refused if no entry covers that name: it would not find the credential', async () => {
    await start(exim);
    const { attempts, succeeded } = await relayHost.rotate();
    expect(succeeded).toBe(false);
    expect(attempts[0].at(-1)?.error).toMatchObject({
      message: expect.stringMatching(/^setSecret: .*a lookup in the new \/etc\/exim4\/passwd\.client does not give the credential under the name that Exim takes/),
    });
  });

  it('sends with each new credential by a pattern', async () => {
    await start(exim);
    await rewrite(exim, ({ host }) => `${host}:user:password\n*.amazonaws.com:AKIAOLDOLDOLDOLDOLD1:old\n`);
    expect((await relayHost.rotate()).succeeded).toBe(true);
    await expectDelivery();
  });
});

describe('sendmail with several entries that match', () => {
  it('sends with each new credential, whichever entry it takes', async () => {
    await start(sendmailServer);
    await rewrite(sendmailServer, ({ host }) => `AuthInfo:${host} "U:root" "I=dXNlcg==" "P=cGFzc3dvcmQ=" "M:PLAIN"\n`
      + `AuthInfo:${LOAD_BALANCER} "U:root" "I:user" "P:password"\nAuthInfo: "U:root" "I:AKIAOLDOLDOLDOLDOLD1" "P:old"\n`);
    expect((await relayHost.rotate()).succeeded).toBe(true);
    await expectDelivery();
    const { username, password } = relayHost.credential();
    expect((await readFile(sendmailServer.file, 'utf8')).split('\n')[0])
      .toBe(`AuthInfo:${relayHost.relay.host} "U:root" "I:${username}" "P:${password}" "M:PLAIN"`);
  });
});
