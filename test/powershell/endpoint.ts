import { Credential } from './documents';
import { SmtpEndpoint } from '../../src';
import { expectedPassword, SesSmtp } from '../world/services/ses-smtp';
import { SesSmtpServer } from '../world/services/ses-smtp-server';

const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** A credential that the endpoint accepts. */
export const LIVE: Credential = { username: 'AKIAI44QH8DHBEXAMPLE', password: expectedPassword(SECRET_KEY, 'eu-west-1') };

/** Ports that stand in the documents until the endpoint has one. */
export const START_TLS = SmtpEndpoint.custom({ host: 'localhost', port: 58_700 });
export const IMPLICIT_TLS = SmtpEndpoint.custom({ host: 'localhost', port: 46_500, implicitTls: true });

/** SES on loopback, which knows one key. */
export class Endpoint {
  public static async start(): Promise<Endpoint> {
    const key = { userName: 'mail', accessKeyId: LIVE.username, secretAccessKey: SECRET_KEY, status: 'Active' as const, createDate: new Date(0) };
    const ses = new SesSmtp({ credentials: { findAccessKey: id => id === LIVE.username ? key : undefined }, clock: { now: () => Date.now() } });
    const server = new SesSmtpServer(ses, { region: 'eu-west-1' });
    await server.start();
    return new Endpoint(ses, server);
  }

  private constructor(private readonly ses: SesSmtp, private readonly server: SesSmtpServer) {}

  public get certificate(): string {
    return this.server.caFile;
  }

  public get logins(): number {
    return this.ses.logins.length;
  }

  /** The document with the ports of this endpoint. */
  public reachableFrom(script: string): string {
    return script.replace('\'58700\'', `'${this.server.startTlsPort}'`).replace('\'46500\'', `'${this.server.implicitTlsPort}'`);
  }

  public async stop(): Promise<void> {
    await this.server.close();
  }
}
