import { createTransport } from 'nodemailer';
import { LocalAws } from './local-aws';
import { MailServer } from './mail-server';
import { SmtpCredential } from '../world/nodes';

/** One message, and what SES said to it. */
export interface Delivery {
  /** What was going on. */
  readonly during: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly from: string;
  readonly accessKeyId: string;
  readonly accepted: boolean;
  readonly reply: string;
}

export interface MailClientOptions {
  readonly host: string;
  readonly sender: string;
}

const RECIPIENT = 'reader@example.net';
const PAUSE = 150;

/** Sends newsletters through the local SES, and remembers what became of them. */
export class MailClient {
  public readonly deliveries: Delivery[] = [];

  constructor(private readonly aws: LocalAws, private readonly options: MailClientOptions) {}

  /** Sends one message with the credential that the server holds now; none while it holds none. */
  public async sendFrom(server: MailServer, during: string): Promise<Delivery | undefined> {
    const credential = await server.credential();
    return credential && this.send(credential, server.instanceId, during);
  }

  public async send(credential: SmtpCredential, from: string, during: string): Promise<Delivery> {
    const sentAt = Date.now();
    const { accepted, reply } = await this.submit(credential);
    const delivery = { during, sentAt, from, accessKeyId: credential.username, accepted, reply };
    this.deliveries.push(delivery);
    return delivery;
  }

  /** Lets the servers send in turn, one message after the other, until the work has ended. */
  public async keepSending<T>(servers: MailServer[], during: string, work: () => Promise<T>): Promise<T> {
    let ended = false;
    const sending = this.sendUntil(() => ended, servers, during);
    try {
      return await work();
    } finally {
      ended = true;
      await sending;
    }
  }

  /** Whether at least so many messages were sent then, and all of them arrived. */
  public allAccepted(during: string, atLeast: number): boolean {
    const { accepted, refused } = this.count(during);
    return accepted >= atLeast && refused === 0;
  }

  public count(during: string): { accepted: number; refused: number } {
    const sent = this.deliveries.filter(delivery => delivery.during === during);
    const accepted = sent.filter(delivery => delivery.accepted).length;
    return { accepted, refused: sent.length - accepted };
  }

  private async sendUntil(ended: () => boolean, servers: MailServer[], during: string): Promise<void> {
    for (let turn = 0; !ended(); turn++) {
      await this.sendFrom(servers[turn % servers.length], during);
      await new Promise(resolve => setTimeout(resolve, PAUSE));
    }
  }

  private async submit({ username, password }: SmtpCredential): Promise<{ accepted: boolean; reply: string }> {
    const transport = createTransport({
      host: '127.0.0.1',
      port: this.aws.smtp.startTlsPort,
      requireTLS: true,
      // The client verifies the endpoint under its public name, which tells the region as well.
      tls: { servername: this.options.host, ca: await this.aws.certificate() },
      auth: { user: username, pass: password },
    });
    try {
      const { response } = await transport.sendMail({ from: this.options.sender, to: RECIPIENT, subject: 'News', text: 'All is well.' });
      return { accepted: true, reply: response };
    } catch (error) {
      return { accepted: false, reply: replyOf(error) };
    } finally {
      transport.close();
    }
  }
}

function replyOf(error: unknown): string {
  const { message, response } = error as Error & { response?: string };
  return response ?? message;
}
