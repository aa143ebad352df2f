import { NO_LOGIN, runSession, SmtpError } from './session';
import { EndpointConfig } from '../../src/private/rotation-contract';
import { Credential } from '../secret/credential';
import { redact } from '../secret/redaction';

/**
 * How the endpoint answered a login.
 *
 * - `accepted`: the credential works on the host that answered
 * - `refused`: 535; this can pass, because SES refuses a new key for a while
 * - `busy`: a reply in the 400s, which says nothing about the credential
 * - `unreachable`: no SMTP reply
 * - `failed`: a retry cannot help, and the credential is not the cause: the account may not use SES, the certificate is
 *   wrong, or there is no STARTTLS
 */
export interface LoginResult {
  readonly outcome: 'accepted' | 'refused' | 'busy' | 'unreachable' | 'failed';
  /** The server's reply, or the error of the connection. */
  readonly reply: string;
}

export type SmtpLogin = (credential: Credential) => Promise<LoginResult>;

const CREDENTIAL_INVALID = 535;

/** Logs in, and does nothing else. */
export function smtpLogin(endpoint: EndpointConfig): SmtpLogin {
  return async credential => {
    try {
      await runSession(endpoint, credential, (_connection, done) => done());
      return { outcome: 'accepted', reply: '235' };
    } catch (error) {
      return loginFailure(error as SmtpError, credential);
    }
  };
}

/** Why a session failed. The reply is redacted, because an endpoint may repeat what it received. */
export function loginFailure(error: SmtpError, credential: Credential): LoginResult {
  const reply = redact(error.response ?? error.message, credential);
  return { outcome: outcomeOf(reply, error.responseCode), reply };
}

function outcomeOf(reply: string, responseCode: number | undefined): LoginResult['outcome'] {
  // Every message of Node.js about an untrusted certificate contains the word. Its codes do not arrive, because nodemailer replaces them.
  if (/not subscribed|certificate/i.test(reply) || reply === NO_LOGIN) return 'failed';
  if (!responseCode) return 'unreachable';
  if (responseCode < 500) return 'busy';
  return responseCode === CREDENTIAL_INVALID ? 'refused' : 'failed';
}
