import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SesSmtp, expectedPassword } from './ses-smtp';
import type { AccessKeyRecord, SesSmtpOptions } from './ses-smtp';
import { SesSmtpServer } from './ses-smtp-server';
import { VirtualClock } from '../time/clock';

const REGION = 'us-east-2';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const PASSWORD = 'BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS';

class Keys {
  private readonly records = new Map<string, AccessKeyRecord>();

  public add(key: Partial<AccessKeyRecord> & { accessKeyId: string }): void {
    this.records.set(key.accessKeyId, {
      userName: 'newsletter', secretAccessKey: SECRET, status: 'Active', createDate: new Date(0), ...key,
    });
  }

  public delete(accessKeyId: string): void {
    this.records.delete(accessKeyId);
  }

  public findAccessKey(accessKeyId: string): AccessKeyRecord | undefined {
    return this.records.get(accessKeyId);
  }
}

function world(options: Partial<SesSmtpOptions> = {}) {
  const clock = new VirtualClock();
  const credentials = new Keys();
  const ses = new SesSmtp({ clock, credentials, ...options });
  const codes = (username: string, tries: number) =>
    Array.from({ length: tries }, () => ses.login(username, PASSWORD, { region: REGION }).ok);
  return { clock, credentials, ses, codes };
}

describe('expectedPassword', () => {
  it.each([
    [SECRET, REGION, PASSWORD],
    ['some+secret+key', 'eu-central-1', 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2'],
    ['another+secret+key', 'us-west-1', 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF'],
  ])('derives the published password of %s in %s', (secret, region, password) => {
    expect(expectedPassword(secret, region)).toBe(password);
  });
});

describe('SesSmtp logins', () => {
  it('accepts the password that belongs to the key and the region', () => {
    const { ses, credentials } = world();
    credentials.add({ accessKeyId: 'AKIA1' });
    expect(ses.login('AKIA1', PASSWORD, { region: REGION })).toEqual({ ok: true, userName: 'newsletter' });
  });

  it('refuses a password that was derived for another region', () => {
    const { ses, credentials } = world();
    credentials.add({ accessKeyId: 'AKIA1' });
    expect(ses.login('AKIA1', PASSWORD, { region: 'us-east-1' }))
      .toMatchObject({ ok: false, code: 535, message: 'Authentication Credentials Invalid' });
  });

  it('refuses inactive keys and unknown keys', () => {
    const { codes, credentials } = world();
    credentials.add({ accessKeyId: 'AKIA1', status: 'Inactive' });
    expect([codes('AKIA1', 1), codes('AKIA2', 1)]).toEqual([[false], [false]]);
  });

  it('refuses a new key until its propagation delay has passed', async () => {
    const { clock, codes, credentials } = world({ faults: { propagationDelay: 10_000 } });
    credentials.add({ accessKeyId: 'AKIA1', createDate: new Date(clock.now()) });
    await clock.sleep(9_999);
    expect(codes('AKIA1', 1)).toEqual([false]);
    await clock.sleep(1);
    expect(codes('AKIA1', 1)).toEqual([true]);
  });

  it('gives a new key the listed outcomes and then settles', () => {
    const { clock, codes, credentials } = world({ faults: { flapping: [true, false, true, false] } });
    credentials.add({ accessKeyId: 'AKIA1', createDate: new Date(clock.now()) });
    expect(codes('AKIA1', 6)).toEqual([true, false, true, false, true, true]);
  });

  it('does not let a key flap that authenticated before the fault began', () => {
    const { clock, ses, codes, credentials } = world();
    credentials.add({ accessKeyId: 'AKIA1', createDate: new Date(clock.now()) });
    codes('AKIA1', 1);
    ses.setFaults({ flapping: [false] });
    credentials.add({ accessKeyId: 'AKIA2', createDate: new Date(clock.now()) });
    expect([codes('AKIA1', 1), codes('AKIA2', 2)]).toEqual([[true], [false, true]]);
  });

  it('answers 454 to the tries that the hook picks, even with a good credential', () => {
    const { ses, credentials } = world({ faults: { temporaryFailure: username => username === 'AKIA1' } });
    credentials.add({ accessKeyId: 'AKIA1' });
    expect(ses.login('AKIA1', PASSWORD, { region: REGION })).toMatchObject({ ok: false, code: 454 });
  });

  it('records who tried to log in, and no password', () => {
    const { clock, ses, codes, credentials } = world();
    credentials.add({ accessKeyId: 'AKIA1' });
    codes('AKIA1', 1);
    codes('AKIA2', 1);
    expect(ses.logins).toEqual([
      { at: clock.now(), username: 'AKIA1', region: REGION, code: 235 },
      { at: clock.now(), username: 'AKIA2', region: REGION, code: 535 },
    ]);
  });
});

describe('SesSmtp mail', () => {
  const mail = { username: 'AKIA1', from: 'news@example.com', to: ['reader@example.net'], raw: 'Subject: x\r\n\r\ny', region: REGION };

  it('goes on taking mail from a connection whose key has been deleted', () => {
    const { ses, codes, credentials } = world();
    credentials.add({ accessKeyId: 'AKIA1' });
    codes('AKIA1', 1);
    credentials.delete('AKIA1');
    expect(ses.accept(mail).ok).toBe(true);
    expect(ses.accepted).toMatchObject([{ userName: 'newsletter', from: 'news@example.com' }]);
  });

  it('refuses a sender that the user may not send as', () => {
    const { ses, codes, credentials } = world({ maySend: (_user, from) => from.endsWith('@example.org') });
    credentials.add({ accessKeyId: 'AKIA1' });
    codes('AKIA1', 1);
    const message = 'Access denied: User `arn:aws:iam::111122223333:user/newsletter\' is not authorized to perform '
      + '`ses:SendRawEmail\' on resource `arn:aws:ses:us-east-2:111122223333:identity/example.com\'';
    expect(ses.accept(mail)).toEqual({ ok: false, code: 554, message });
    expect(ses.accepted).toEqual([]);
    expect(ses.refused).toMatchObject([{ from: 'news@example.com', message }]);
  });

  it('takes no mail from a key that has not logged in', () => {
    expect(() => world().ses.accept(mail)).toThrow('has not logged in');
  });
});

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

class Client {
  public readonly connection: SMTPConnection;
  public readonly closed: Promise<void>;

  constructor(server: SesSmtpServer, options: SMTPConnection.Options) {
    const ca = readFileSync(server.caFile, 'utf8');
    const tls = { ca, servername: server.hosts[0] };
    this.connection = new SMTPConnection({ host: '127.0.0.1', tls, ...options });
    this.connection.on('error', () => undefined);
    this.closed = new Promise(resolve => this.connection.once('end', resolve));
  }

  public async connect(): Promise<void> {
    await this.outcome(done => {
      this.connection.once('error', done);
      this.connection.connect(done);
    });
  }

  public async login(pass: string, method?: string): Promise<void> {
    await this.outcome(done => this.connection.login({ user: 'AKIA1', pass, method } as SMTPConnection.Credentials, done));
  }

  public async send(from: string): Promise<void> {
    await this.outcome(done => this.connection.send({ from, to: ['reader@example.net'] }, 'Subject: x\r\n\r\ny', done));
  }

  private async outcome(start: (done: (error?: SmtpError | null) => void) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => start(error => error ? reject(error) : resolve()));
  }
}

describe('SesSmtpServer', () => {
  const { ses, credentials } = world({ maySend: (_user, from) => from.endsWith('@example.com') });
  let server: SesSmtpServer;
  let client: Client | undefined;

  beforeEach(async () => {
    credentials.add({ accessKeyId: 'AKIA1' });
    ses.setFaults({});
    server = new SesSmtpServer(ses, { region: REGION, hosts: ['email-smtp.us-east-1.amazonaws.com'] });
    await server.start();
  });

  afterEach(async () => {
    client?.connection.close();
    await server.close();
  });

  async function connect(options: SMTPConnection.Options): Promise<Client> {
    client = new Client(server, options);
    await client.connect();
    return client;
  }

  it.each(['PLAIN', 'LOGIN'])('takes AUTH %s and a message after STARTTLS', async method => {
    const { length } = ses.accepted;
    const session = await connect({ port: server.startTlsPort, requireTLS: true });
    await session.login(PASSWORD, method);
    await session.send('news@example.com');
    expect(ses.accepted[length]).toMatchObject({ username: 'AKIA1', from: 'news@example.com', raw: expect.stringContaining('Subject: x') });
  });

  it('takes AUTH and a message over TLS from the start', async () => {
    const { length } = ses.accepted;
    const session = await connect({ port: server.implicitTlsPort, secure: true });
    await session.login(PASSWORD);
    await session.send('news@example.com');
    expect(ses.accepted).toHaveLength(length + 1);
  });

  it('offers no AUTH before TLS', async () => {
    const session = await connect({ port: server.startTlsPort, ignoreTLS: true });
    const { length } = ses.logins;
    await expect(session.login(PASSWORD, 'PLAIN')).rejects.toMatchObject({ code: 'EAUTH', responseCode: 538 });
    expect(ses.logins).toHaveLength(length);
  });

  it('demands AUTH before MAIL FROM', async () => {
    const session = await connect({ port: server.implicitTlsPort, secure: true });
    await expect(session.send('news@example.com')).rejects.toMatchObject({ responseCode: 530 });
  });

  it('expects the password of the region that the client asks for by server name', async () => {
    const servername = 'email-smtp.us-east-1.amazonaws.com';
    const session = await connect({ port: server.implicitTlsPort, secure: true, tls: { ca: readFileSync(server.caFile), servername } });
    await expect(session.login(PASSWORD)).rejects.toMatchObject({ responseCode: 535 });
    await session.login(expectedPassword(SECRET, 'us-east-1'));
  });

  it('lets the client try again on the same connection after a refusal', async () => {
    const session = await connect({ port: server.startTlsPort, requireTLS: true });
    await expect(session.login('wrong')).rejects.toMatchObject({ responseCode: 535 });
    await session.login(PASSWORD);
  });

  it('closes the connection after a refusal when told to', async () => {
    ses.setFaults({ closeAfterRefusal: true });
    const session = await connect({ port: server.startTlsPort, requireTLS: true });
    await expect(session.login('wrong')).rejects.toMatchObject({ responseCode: 535, message: expect.stringContaining('Credentials Invalid') });
    await session.closed;
    await expect(session.login(PASSWORD)).rejects.toThrow();
  });

  it('refuses a sender after DATA with 554', async () => {
    const session = await connect({ port: server.startTlsPort, requireTLS: true });
    await session.login(PASSWORD);
    await expect(session.send('someone@example.org')).rejects.toMatchObject({ responseCode: 554, command: 'DATA' });
  });

  it('has a certificate for its public names that only those trust who are given it', async () => {
    const certificate = new X509Certificate(readFileSync(server.caFile));
    expect(certificate.ca).toBe(true);
    expect(certificate.checkHost('email-smtp.us-east-2.amazonaws.com')).toBeDefined();
    expect(certificate.checkHost('email-smtp-fips.us-east-2.amazonaws.com')).toBeDefined();
    expect(certificate.checkHost('mail.example.com')).toBeUndefined();
    client = new Client(server, { port: server.implicitTlsPort, secure: true, tls: { servername: server.hosts[0] } });
    await expect(client.connect()).rejects.toThrow('self-signed certificate');
  });

  it('routes the public ports to the listener of their kind', () => {
    expect(server.routes()).toMatchObject({
      'email-smtp.us-east-2.amazonaws.com:587': server.startTlsPort,
      'email-smtp.us-east-2.amazonaws.com:465': server.implicitTlsPort,
      'email-smtp-fips.us-east-2.amazonaws.com:2587': server.startTlsPort,
      'email-smtp.us-east-1.amazonaws.com:2465': server.implicitTlsPort,
    });
  });
});
