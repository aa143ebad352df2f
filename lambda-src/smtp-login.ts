import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { Credential } from './credential';
import { SECOND } from './time';
import { EndpointConfig } from '../src/rotation-contract';

/**
 * How the endpoint answered a login.
 *
 * - `accepted`: the credential works on the host that answered
 * - `refused`: 535; a new key is refused for a while, so this can pass
 * - `busy`: a reply in the 400s; says nothing about the credential
 * - `unreachable`: no SMTP reply at all
 * - `hopeless`: trying again cannot help, and it is not the credential (the account may not use SES, the
 *   certificate is wrong, no STARTTLS)
 */
export interface LoginResult {
  readonly outcome: 'accepted' | 'refused' | 'busy' | 'unreachable' | 'hopeless';
  /** The server's reply, or what went wrong on the way to it. */
  readonly reply: string;
}

export type SmtpLogin = (credential: Credential) => Promise<LoginResult>;

const CONNECT_TIMEOUT = 5 * SECOND;
const REPLY_TIMEOUT = 15 * SECOND;
const CREDENTIAL_INVALID = 535;

/** A login on a connection of its own: SES may close a connection after it refused a login. */
export function smtpLogin(endpoint: EndpointConfig): SmtpLogin {
  return async credential => {
    const connection = openConnection(endpoint);
    try {
      await authenticate(connection, credential);
      return { outcome: 'accepted', reply: '235' };
    } catch (error) {
      return judge(error as SmtpError);
    } finally {
      connection.close();
    }
  };
}

interface SmtpError extends Error {
  readonly response?: string;
  readonly responseCode?: number;
}

function openConnection({ host, port, implicitTls }: EndpointConfig): SMTPConnection {
  return new SMTPConnection({
    host,
    port,
    secure: implicitTls,
    requireTLS: !implicitTls,
    // Said in full so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn the verification off.
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
    connectionTimeout: CONNECT_TIMEOUT,
    dnsTimeout: CONNECT_TIMEOUT,
    greetingTimeout: REPLY_TIMEOUT,
    socketTimeout: REPLY_TIMEOUT,
  });
}

async function authenticate(connection: SMTPConnection, { username, password }: Credential): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(new Error('the connection was closed')));
    connection.connect(failure => failure ? reject(failure) : connection.login(
      { credentials: { user: username, pass: password.reveal() } }, error => error ? reject(error) : resolve()));
  });
  connection.quit();
}

function judge(error: SmtpError): LoginResult {
  const reply = error.response ?? error.message;
  return { outcome: outcomeOf(reply, error.responseCode), reply };
}

function outcomeOf(reply: string, responseCode: number | undefined): LoginResult['outcome'] {
  // Every message of Node's about a certificate that it does not trust has the word; nodemailer replaces its codes.
  if (/not subscribed|certificate/i.test(reply)) return 'hopeless';
  if (!responseCode) return 'unreachable';
  if (responseCode < 500) return 'busy';
  return responseCode === CREDENTIAL_INVALID ? 'refused' : 'hopeless';
}
