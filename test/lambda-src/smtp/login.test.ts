import type { Server, Socket } from 'node:net';
import { inspect } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { LoginResult, smtpLogin } from '../../../lambda-src/smtp/login';
import { EndpointConfig } from '../../../src/private/rotation-contract';
import { LoginResult as ServerReply, SesSmtp } from '../../world/services/ses-smtp';
import { SesSmtpServer } from '../../world/services/ses-smtp-server';
import { freePort, listen, trust, whileListening } from '../loopback';

const REGION = 'us-east-2';
const USERNAME = 'AKIAIOSFODNN7EXAMPLE';
const PASSWORD = 'BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS';
const WRONG = 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF';
const KEY = {
  userName: 'newsletter', accessKeyId: USERNAME, secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', status: 'Active', createDate: new Date(0),
} as const;

/** The endpoint, which can be told a reply of its own. */
class Endpoint extends SesSmtp {
  public reply?: ServerReply;

  public override login(...call: Parameters<SesSmtp['login']>): ServerReply {
    return this.reply ?? super.login(...call);
  }
}

const ses = new Endpoint({ credentials: { findAccessKey: id => id === USERNAME ? KEY : undefined }, clock: { now: () => Date.UTC(2026, 0, 1) } });
const server = new SesSmtpServer(ses, { region: REGION });

beforeAll(async () => server.start());
afterAll(async () => server.close());

beforeEach(() => {
  ses.setFaults({});
  ses.reply = undefined;
  ses.logins.length = 0;
  trust(server.caFile);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Logs in, and checks that the password shows nowhere. */
async function login(endpoint: Partial<EndpointConfig> = {}, password = PASSWORD): Promise<LoginResult> {
  const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  const known = { host: 'localhost', port: server.startTlsPort, region: REGION, implicitTls: false };
  const result = await smtpLogin({ ...known, ...endpoint })({ username: USERNAME, password: new SecretText(password) });
  for (const text of [...written.flatMap(spy => spy.mock.calls.map(String)), inspect(result)]) expectNoPassword(text, password);
  return result;
}

function expectNoPassword(text: string, password = PASSWORD): void {
  expect(text).not.toContain(password);
  expect(text).not.toContain(Buffer.from(password).toString('base64'));
  expect(text).not.toContain(Buffer.from(`\0${USERNAME}\0${password}`).toString('base64'));
}

describe('a login', () => {
  const ports: [string, () => Partial<EndpointConfig>][] = [
    ['with STARTTLS', () => ({ port: server.startTlsPort, implicitTls: false })],
    ['with TLS from the start', () => ({ port: server.implicitTlsPort, implicitTls: true })],
  ];

  it.each(ports)('%s is accepted with the password of the key', async (_how, endpoint) => {
    expect(await login(endpoint())).toEqual({ outcome: 'accepted', reply: '235' });
    expect(ses.logins).toMatchObject([{ username: USERNAME, code: 235 }]);
  });

  it.each(ports)('%s is refused with another password, on a connection that stays and on one that closes', async (_how, endpoint) => {
    const refused = { outcome: 'refused', reply: '535 Authentication Credentials Invalid' };
    expect(await login(endpoint(), WRONG)).toEqual(refused);
    ses.setFaults({ closeAfterRefusal: true });
    expect(await login(endpoint(), WRONG)).toEqual(refused);
    expect(await login(endpoint())).toMatchObject({ outcome: 'accepted' });
  });

  it('finds the endpoint busy that answers 454', async () => {
    ses.setFaults({ temporaryFailure: () => true });
    expect(await login()).toEqual({ outcome: 'busy', reply: '454 Temporary authentication failure' });
  });

  it('finds the endpoint busy that takes no more connections', async () => {
    await whileListening(socket => socket.end('421 Too many concurrent SMTP connections\r\n'), async port => {
      expect(await login({ port })).toEqual({ outcome: 'busy', reply: expect.stringContaining('421 Too many concurrent SMTP connections') });
    });
  });

  it('is not refused by an endpoint that serves nobody: that says nothing about the credential', async () => {
    await whileListening(socket => socket.end('554 No SMTP service here\r\n'), async port => {
      expect(await login({ port })).toEqual({ outcome: 'failed', reply: '554 No SMTP service here' });
    });
  });

  it('fails for an account that may not use SES', async () => {
    ses.reply = { ok: false, code: 535, message: 'Account not subscribed to SES' };
    expect(await login()).toEqual({ outcome: 'failed', reply: '535 Account not subscribed to SES' });
  });
});

describe('a login that reaches no endpoint', () => {
  it('says so of a port where nobody listens', async () => {
    expect(await login({ port: await freePort() })).toEqual({ outcome: 'unreachable', reply: expect.stringContaining('ECONNREFUSED') });
  });

  it('says so of a host name that does not exist', async () => {
    expect(await login({ host: 'nowhere.invalid' })).toEqual({ outcome: 'unreachable', reply: expect.stringContaining('nowhere.invalid') });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['before it greets', socket => socket.destroy()],
    ['after its greeting', socket => socket.once('data', () => socket.destroy()).write('220 SimpleEmailService\r\n')],
  ])('says so of an endpoint that closes the connection %s', async (_when, onConnection) => {
    await whileListening(onConnection, async port => {
      expect(await login({ port })).toEqual({ outcome: 'unreachable', reply: expect.stringMatching(/connection.* closed/i) });
    });
  });
});

describe('a certificate', () => {
  it.each([['with STARTTLS', false], ['with TLS from the start', true]])('of another name fails the login %s', async (_how, implicitTls) => {
    const port = implicitTls ? server.implicitTlsPort : server.startTlsPort;
    expect(await login({ host: '127.0.0.1', port, implicitTls })).toMatchObject({ outcome: 'failed', reply: expect.stringContaining('127.0.0.1') });
    expect(ses.logins).toEqual([]);
  });

  it.each([['with STARTTLS', false], ['with TLS from the start', true]])('of an unknown authority fails the login %s', async (_how, implicitTls) => {
    vi.restoreAllMocks();
    const port = implicitTls ? server.implicitTlsPort : server.startTlsPort;
    expect(await login({ port, implicitTls })).toMatchObject({ outcome: 'failed', reply: expect.stringContaining('certificate') });
    expect(ses.logins).toEqual([]);
  });

  it('is verified even where Node is told not to', async () => {
    vi.restoreAllMocks();
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(await login()).toMatchObject({ outcome: 'failed' });
    expect(ses.logins).toEqual([]);
  });
});

describe('an endpoint that offers no TLS', () => {
  it('never gets the password', async () => {
    let received = '';
    const plain = new SMTPServer({
      authOptional: false,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth: (_auth, _session, callback) => callback(null, { user: USERNAME }),
    });
    plain.server.on('connection', socket => socket.on('data', data => { received += String(data); }));
    plain.on('error', () => undefined);
    const port = await listen(plain.server as Server);
    try {
      expect(await login({ port })).toEqual({ outcome: 'failed', reply: expect.stringMatching(/^500 /) });
    } finally {
      await new Promise<void>(resolve => plain.close(resolve));
    }
    expect(received).toContain('STARTTLS');
    expect(received).not.toContain('AUTH');
    expectNoPassword(received);
  });
});
