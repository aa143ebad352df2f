import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { MessageResult, smtpSend } from '../../../lambda-src/smtp/message';
import { SesSmtp } from '../../world/services/ses-smtp';
import { SesSmtpServer } from '../../world/services/ses-smtp-server';
import { freePort, trust } from '../loopback';

const REGION = 'us-east-2';
const USERNAME = 'AKIAIOSFODNN7EXAMPLE';
const PASSWORD = 'BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS';
const KEY = {
  userName: 'newsletter', accessKeyId: USERNAME, secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', status: 'Active', createDate: new Date(0),
} as const;
const MESSAGE = { from: 'news@example.com', to: 'success@simulator.amazonses.com', text: 'Subject: Test\r\n\r\n.a line that begins with a dot\r\n' };

const ses = new SesSmtp({
  credentials: { findAccessKey: id => id === USERNAME ? KEY : undefined },
  clock: { now: () => Date.UTC(2026, 0, 1) },
  maySend: (_user, from) => from.endsWith('@example.com'),
});
const server = new SesSmtpServer(ses, { region: REGION });

beforeAll(async () => server.start());
afterAll(async () => server.close());

beforeEach(() => {
  ses.setFaults({});
  trust(server.caFile);
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function send({ message = MESSAGE, password = PASSWORD, port = server.startTlsPort, implicitTls = false } = {}): Promise<MessageResult> {
  const endpoint = { host: 'localhost', port, region: REGION, implicitTls };
  return smtpSend(endpoint)({ username: USERNAME, password: new SecretText(password) }, message);
}

describe('a message', () => {
  it.each([['with STARTTLS', false], ['with TLS from the start', true]])('%s is taken, as it is', async (_how, implicitTls) => {
    const { length } = ses.accepted;
    const port = implicitTls ? server.implicitTlsPort : server.startTlsPort;
    expect(await send({ port, implicitTls })).toEqual({ outcome: 'accepted', reply: '250' });
    expect(ses.accepted[length]).toMatchObject({ username: USERNAME, from: MESSAGE.from, to: [MESSAGE.to], raw: MESSAGE.text });
  });

  it('is denied to a sender whom the user may not send as', async () => {
    expect(await send({ message: { ...MESSAGE, from: 'news@example.org' } })).toEqual({
      outcome: 'denied',
      reply: expect.stringMatching(/^554 Access denied: User .* on resource `arn:aws:ses:us-east-2:111122223333:identity\/example\.org'$/),
    });
  });

  it('is not sent when the login is refused, which says nothing about the message', async () => {
    expect(await send({ password: PASSWORD.toLowerCase() })).toEqual({ outcome: 'refused', reply: '535 Authentication Credentials Invalid' });
    ses.setFaults({ temporaryFailure: () => true });
    expect(await send()).toMatchObject({ outcome: 'busy' });
    expect(await send({ port: await freePort() })).toMatchObject({ outcome: 'unreachable' });
  });
});

describe('a message that the endpoint does not take now', () => {
  it('is not denied: the endpoint is busy', async () => {
    vi.spyOn(ses, 'accept').mockReturnValue({ ok: false, code: 454, message: 'Throttling failure: Maximum sending rate exceeded.' });
    expect(await send()).toEqual({ outcome: 'busy', reply: '454 Throttling failure: Maximum sending rate exceeded.' });
  });

  it('is not denied when the connection breaks before the answer', async () => {
    vi.spyOn(ses, 'accept').mockImplementation(() => {
      (vi.mocked(tls.connect).mock.results.at(-1)!.value as tls.TLSSocket).destroy();
      return { ok: true, messageId: '1' };
    });
    expect(await send()).toEqual({ outcome: 'unreachable', reply: expect.stringMatching(/connection.* closed/i) });
  });
});
