import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, Server } from 'node:tls';
import { Credential } from './documents';
import { SmtpEndpoint } from '../../src';
import { expectedPassword, SesSmtp } from '../world/services/ses-smtp';
import { selfSignedCertificate, SesSmtpServer } from '../world/services/ses-smtp-server';

const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** A credential that the endpoint accepts. */
export const LIVE: Credential = { username: 'AKIAI44QH8DHBEXAMPLE', password: expectedPassword(SECRET_KEY, 'eu-west-1') };

/** Ports that stand in the documents until the endpoint has one. */
export const START_TLS = SmtpEndpoint.custom({ host: 'localhost', port: 58_700 });
export const IMPLICIT_TLS = SmtpEndpoint.custom({ host: 'localhost', port: 46_500, implicitTls: true });
/** Answers AUTH with what it is told. */
export const ECHO = SmtpEndpoint.custom({ host: 'localhost', port: 46_501, implicitTls: true });

/** SES on loopback, which knows one key. */
export class Endpoint {
  public static async start(): Promise<Endpoint> {
    const key = { userName: 'mail', accessKeyId: LIVE.username, secretAccessKey: SECRET_KEY, status: 'Active' as const, createDate: new Date(0) };
    const ses = new SesSmtp({ credentials: { findAccessKey: id => id === LIVE.username ? key : undefined }, clock: { now: () => Date.now() } });
    const server = new SesSmtpServer(ses, { region: 'eu-west-1' });
    await server.start();
    const folder = await mkdtemp(join(tmpdir(), 'ses-smtp-echo-'));
    const tls = await selfSignedCertificate(['localhost']);
    await writeFile(join(folder, 'trusted.pem'), `${await readFile(server.caFile, 'utf8')}\n${tls.cert}`);
    const echo = createServer(tls, socket => {
      socket.on('error', () => undefined);
      socket.write('220 hello\r\n');
      socket.on('data', line => socket.write(String(line).startsWith('EHLO') ? '250 AUTH PLAIN\r\n' : line));
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    return new Endpoint(ses, server, echo, folder);
  }

  private constructor(
    private readonly ses: SesSmtp, private readonly server: SesSmtpServer, private readonly echo: Server, private readonly folder: string,
  ) {}

  public get certificate(): string {
    return join(this.folder, 'trusted.pem');
  }

  public get logins(): number {
    return this.ses.logins.length;
  }

  /** The document with the ports of this endpoint. */
  public reachableFrom(script: string): string {
    return script.replace('\'58700\'', `'${this.server.startTlsPort}'`).replace('\'46500\'', `'${this.server.implicitTlsPort}'`)
      .replace('\'46501\'', `'${(this.echo.address() as AddressInfo).port}'`);
  }

  public async stop(): Promise<void> {
    await this.server.close();
    this.echo.close();
    await rm(this.folder, { recursive: true });
  }
}
