import { SmtpLogin } from '../../lambda-src/smtp/login';
import { SmtpSend } from '../../lambda-src/smtp/message';
import { EndpointConfig } from '../../src/private/rotation-contract';
import { SesSmtp } from '../world/services/ses-smtp';

/** The function's logins at the local endpoint, without a socket. */
export function loginTo(ses: SesSmtp): (endpoint: EndpointConfig) => SmtpLogin {
  return ({ region }) => async ({ username, password }) => {
    const result = ses.login(username, password.reveal(), { region });
    if (result.ok) return { outcome: 'accepted', reply: '235' };
    return { outcome: result.code < 500 ? 'busy' : 'refused', reply: `${result.code} ${result.message}` };
  };
}

/** The function's messages to the local endpoint, without a socket. */
export function sendTo(ses: SesSmtp): (endpoint: EndpointConfig) => SmtpSend {
  return endpoint => async (credential, { from, to, text }) => {
    const login = await loginTo(ses)(endpoint)(credential);
    if (login.outcome !== 'accepted') return login;
    const result = ses.accept({ username: credential.username, from, to: [to], raw: text, region: endpoint.region });
    if (result.ok) return { outcome: 'accepted', reply: `250 Ok ${result.messageId}` };
    return { outcome: result.code < 500 ? 'busy' : 'denied', reply: `${result.code} ${result.message}` };
  };
}
