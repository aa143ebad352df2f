import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerAuthentication, SMTPServerDataStream, SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import type { LoginResult, SesSmtp } from './ses-smtp';

export interface SesSmtpServerOptions {
  /** The region of connections whose TLS server name does not tell one. */
  readonly region: string;
  /** The DNS suffix of the partition; `amazonaws.com` unless told. */
  readonly dnsSuffix?: string;
  /** Further host names that the certificate covers and `routes()` names. */
  readonly hosts?: readonly string[];
  /** The address to listen on; 127.0.0.1 unless told. */
  readonly address?: string;
}

/** What decides about logins and messages: `SesSmtp`, or one that asks somebody first. */
export interface SmtpDecisions extends Pick<SesSmtp, 'accept'> {
  login(...login: Parameters<SesSmtp['login']>): LoginResult | Promise<LoginResult>;
}

const STARTTLS_PORTS = [25, 587, 2587];
const IMPLICIT_TLS_PORTS = [465, 2465];

/** The endpoint on loopback: one port with STARTTLS, one with TLS from the start. */
export class SesSmtpServer {
  /** Every name that the certificate is good for. */
  public readonly hosts: readonly string[];
  private startTls?: SMTPServer;
  private implicitTls?: SMTPServer;
  private directory?: string;

  constructor(private readonly ses: SmtpDecisions, private readonly options: SesSmtpServerOptions) {
    const { region, dnsSuffix = 'amazonaws.com', hosts = [] } = options;
    this.hosts = [`email-smtp.${region}.${dnsSuffix}`, `email-smtp-fips.${region}.${dnsSuffix}`, 'localhost', ...hosts];
  }

  /** Like port 587. */
  public get startTlsPort(): number {
    return portOf(this.startTls);
  }

  /** Like port 465. */
  public get implicitTlsPort(): number {
    return portOf(this.implicitTls);
  }

  /** The certificate as PEM, for `NODE_EXTRA_CA_CERTS`. */
  public get caFile(): string {
    if (this.directory === undefined) throw new Error('the server has not been started');
    return join(this.directory, 'ca.pem');
  }

  public async start(): Promise<void> {
    const { key, cert } = await selfSignedCertificate(this.hosts);
    this.directory = await mkdtemp(join(tmpdir(), 'world-ses-'));
    await writeFile(this.caFile, cert);
    this.startTls = await listen(this.serverOptions({ key, cert }), this.options.address);
    this.implicitTls = await listen(this.serverOptions({ key, cert, secure: true }), this.options.address);
  }

  public async close(): Promise<void> {
    await Promise.all([this.startTls, this.implicitTls].map(closeServer));
    if (this.directory !== undefined) await rm(this.directory, { recursive: true, force: true });
  }

  /** Where the public host names and ports lead, for `WORLD_ROUTES`. */
  public routes(): Record<string, number> {
    const ports = [
      ...STARTTLS_PORTS.map(port => [port, this.startTlsPort]),
      ...IMPLICIT_TLS_PORTS.map(port => [port, this.implicitTlsPort]),
    ];
    const names = this.hosts.filter(host => host !== 'localhost');
    return Object.fromEntries(names.flatMap(host => ports.map(([port, target]) => [`${host}:${port}`, target])));
  }

  private serverOptions(tls: SMTPServerOptions): SMTPServerOptions {
    return {
      ...tls,
      name: this.hosts[0],
      banner: 'SimpleEmailService',
      authMethods: ['PLAIN', 'LOGIN'],
      disableReverseLookup: true,
      closeTimeout: 1,
      onAuth: (auth, session, callback) => this.authenticate(auth, session, callback),
      onData: (stream, session, callback) => this.receive(stream, session, callback),
    };
  }

  private authenticate(
    auth: SMTPServerAuthentication, session: SMTPServerSession, callback: Parameters<NonNullable<SMTPServerOptions['onAuth']>>[2],
  ): void {
    const username = auth.username ?? '';
    this.login(auth, session).then(result => {
      if (result.ok) {
        callback(null, { user: username });
        return;
      }
      callback(replyError(result.code, result.message));
      if (result.close) this.hangUp(session);
    }).catch(callback);
  }

  private async login({ username, password }: SMTPServerAuthentication, session: SMTPServerSession): Promise<LoginResult> {
    return this.ses.login(username ?? '', password ?? '', { region: this.regionOf(session) });
  }

  private receive(
    stream: SMTPServerDataStream, session: SMTPServerSession, callback: Parameters<NonNullable<SMTPServerOptions['onData']>>[2],
  ): void {
    text(stream).then(raw => {
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom ? mailFrom.address : '';
      const to = rcptTo.map(({ address }) => address);
      const result = this.ses.accept({ username: String(session.user), from, to, raw, region: this.regionOf(session) });
      if (result.ok) callback(null, `Ok ${result.messageId}`);
      else callback(replyError(result.code, result.message));
    }).catch(callback);
  }

  private regionOf(session: SMTPServerSession): string {
    const servername = 'servername' in session ? String(session.servername) : '';
    return /^email-smtp(?:-fips)?\.([^.]+)\./.exec(servername)?.[1] ?? this.options.region;
  }

  private hangUp(session: SMTPServerSession): void {
    for (const server of [this.startTls, this.implicitTls]) {
      for (const connection of server?.connections ?? []) {
        if (connection.session === session) connection.close();
      }
    }
  }
}

/** A certificate that vouches for itself. */
export async function selfSignedCertificate(hosts: readonly string[]): Promise<{ key: string; cert: string }> {
  const pems = await generate([{ name: 'commonName', value: hosts[0] }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map(value => ({ type: 2, value })) },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}

async function listen(options: SMTPServerOptions, address = '127.0.0.1'): Promise<SMTPServer> {
  const server = new SMTPServer(options);
  // A client that gives up, or does not trust the certificate, is not the server's failure.
  server.on('error', () => undefined);
  await new Promise<void>(resolve => server.listen(0, address, resolve));
  return server;
}

async function closeServer(server: SMTPServer | undefined): Promise<void> {
  if (server) await new Promise<void>(resolve => server.close(resolve));
}

function portOf(server: SMTPServer | undefined): number {
  if (!server) throw new Error('the server has not been started');
  return (server.server.address() as AddressInfo).port;
}

function replyError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
