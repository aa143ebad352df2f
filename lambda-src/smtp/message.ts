import { loginFailure, LoginResult } from './login';
import { runSession, SmtpError } from './session';
import { EndpointConfig } from '../../src/private/rotation-contract';
import { Credential } from '../secret/credential';

/** A message with its envelope. */
export interface Message {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/**
 * How the endpoint answered a message.
 *
 * - `denied`: the login was accepted, but the message was not; this can pass, because the permission to send can be as new as the key
 */
export interface MessageResult {
  readonly outcome: LoginResult['outcome'] | 'denied';
  readonly reply: string;
}

export type SmtpSend = (credential: Credential, message: Message) => Promise<MessageResult>;

/** Nodemailer's codes for a refused envelope or content. */
const MESSAGE_ERRORS = ['EENVELOPE', 'EMESSAGE'];

/** Logs in, and sends one message. */
export function smtpSend(endpoint: EndpointConfig): SmtpSend {
  return async (credential, { from, to, text }) => {
    try {
      await runSession(endpoint, credential, (connection, done) => connection.send({ from, to }, text, done));
      return { outcome: 'accepted', reply: '250' };
    } catch (error) {
      return messageFailure(error as SmtpError, credential);
    }
  };
}

function messageFailure(error: SmtpError, credential: Credential): MessageResult {
  const result = loginFailure(error, credential);
  const isDenied = result.outcome === 'failed' && MESSAGE_ERRORS.some(code => code === error.code);
  return isDenied ? { ...result, outcome: 'denied' } : result;
}
