import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelayHost } from './relay-host';
import { exim, msmtp, openSmtpd, postfix, RealServer, Relay, sendmailServer } from './servers';

const CENTRAL = 'eu-central-1';

function inCentral(relay: Relay): Relay {
  return { ...relay, host: `email-smtp.${CENTRAL}.amazonaws.com` };
}

/** The document reads the file; the second action is for nobody. */
const openSmtpdOfBoth: RealServer = {
  ...openSmtpd,
  start: async relay => {
    await openSmtpd.start(relay);
    await appendFile('/etc/smtpd.conf', `action "central" relay host smtp+tls://central@${inCentral(relay).host}:${relay.port} auth <secrets>\n`);
  },
};

/** The servers, and what is for no region. */
const SERVERS: [RealServer, (user: string, password: string) => string][] = [
  [postfix, (user, password) => `@example.com ${user}:${password}\n`],
  [exim, (user, password) => `*.amazonaws.com:${user}:${password}\n`],
  [sendmailServer, (user, password) => `AuthInfo: "U:root" "I:${user}" "P:${password}"\n`],
  [openSmtpdOfBoth, (user, password) => `older ${user}:${password}\n`],
  [msmtp, () => ''],
];

describe.each(SERVERS.map(([server, follower]) => ({ name: server.name, server, follower })))('$name with entries for two regions', ({ server, follower }) => {
  let relayHost: RelayHost;
  beforeAll(async () => { relayHost = await RelayHost.startIn([CENTRAL], server); });
  afterAll(async () => relayHost.stop());

  function entries(user: string, password: string, passwordInCentral: string): string {
    const ofCentral = server.entryFor(inCentral(relayHost.relay), user, passwordInCentral).replace(/^(account )?ses\b/, '$1central');
    return `${server.entryFor(relayHost.relay, user, password)}\n${ofCentral}\n${follower(user, password)}`;
  }

  it('has the password of each after every rotation, where one credential was copied', async () => {
    await writeFile(server.file, entries('AKIAOLDOLDOLDOLDOLD1', 'old', 'old'));
    await server.takeUp();
    for (const _rotation of ['the first', 'the second']) {
      expect((await relayHost.rotate()).succeeded).toBe(true);
      const { username, password } = relayHost.credential();
      expect(relayHost.passwordIn(CENTRAL)).not.toBe(password);
      expect(await readFile(server.file, 'utf8')).toBe(entries(username, password, relayHost.passwordIn(CENTRAL)));
      expect((await relayHost.arrival(await relayHost.send())).username).toBe(username);
    }
  });
});
