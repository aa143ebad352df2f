import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { EndpointConfig } from '../../src/private/rotation-contract';
import { SECOND } from '../basics/time';
import { Credential } from '../secret/credential';

/** Nodemailer's error for a failed session. */
export interface SmtpError extends Error {
  readonly code?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/** What to do once the login has been accepted. */
export type SmtpAction = (connection: SMTPConnection, done: (error?: Error | null) => void) => void;

/** The error for an endpoint to which no password is sent. */
export const NO_LOGIN = 'it advertises no AUTH with a user name and a password, so the function sent none';

const CONNECT_TIMEOUT = 5 * SECOND;
const REPLY_TIMEOUT = 15 * SECOND;

/** Logs in and acts, on a connection of its own, because SES may close a connection after it refused a login. */
export async function runSession(endpoint: EndpointConfig, credential: Credential, act: SmtpAction): Promise<void> {
  const connection = openConnection(endpoint);
  try {
    await logInAndAct(connection, credential, act);
    connection.quit();
  } finally {
    connection.close();
  }
}

function openConnection({ host, port, implicitTls }: EndpointConfig): SMTPConnection {
  return new SMTPConnection({
    host,
    port,
    secure: implicitTls,
    requireTLS: !implicitTls,
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn the verification off.
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
    connectionTimeout: CONNECT_TIMEOUT,
    dnsTimeout: CONNECT_TIMEOUT,
    greetingTimeout: REPLY_TIMEOUT,
    socketTimeout: REPLY_TIMEOUT,
  });
}

async function logInAndAct(connection: SMTPConnection, { username, password }: Credential, act: SmtpAction): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(new Error('the connection was closed')));
    const done = (error?: Error | null) => error ? reject(error) : resolve();
    connection.connect(failure => {
      if (failure) return reject(failure);
      if (!offersLogin(connection)) return reject(new Error(NO_LOGIN));
      connection.login({ credentials: { user: username, pass: password.reveal() } }, error => error ? reject(error) : act(connection, done));
    });
  });
}

/** Without this check of the reply to EHLO, nodemailer sends AUTH PLAIN to an endpoint that advertises no AUTH. */
function offersLogin({ lastServerResponse }: SMTPConnection): boolean {
  return /^250[ -]AUTH\b.*\b(PLAIN|LOGIN|CRAM-MD5)\b/im.test(String(lastServerResponse));
}
