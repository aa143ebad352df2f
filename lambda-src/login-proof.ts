import { Credential } from './credential';
import { RotationError } from './errors';
import { Log } from './log';
import { LoginResult, SmtpLogin } from './smtp-login';
import { BackOff, Clock, MINUTE, SECOND } from './time';
import { EndpointConfig } from '../src/rotation-contract';

/** A new key works within seconds as a rule; IAM promises no time. */
const PROPAGATION_LIMIT = 5 * MINUTE;
/** An endpoint that cannot be reached is a matter of routes and ports, and does not heal by waiting. Longer than any pause between two logins. */
const UNREACHABLE_LIMIT = 20 * SECOND;

export interface LoginProof {
  readonly login: SmtpLogin;
  readonly endpoint: EndpointConfig;
  readonly clock: Clock;
  readonly random: () => number;
  /** The moment at which the function must have ended. */
  readonly deadline: number;
  readonly log: Log;
}

/** The endpoint answered, and did not take the credential in all the time that was given. */
export class LoginRefusedError extends RotationError {}

/**
 * Logs in until the endpoint has accepted the credential so many times in a row: behind its name
 * stands a fleet of hosts, and one that knows a new key says little about the next.
 */
export async function proveLogin(proof: LoginProof, credential: Credential, successesInARow: number): Promise<void> {
  const { clock, log } = proof;
  const start = clock.now();
  const backOff = new BackOff(clock, proof.random, 2 * SECOND, 15 * SECOND);
  let successes = 0;
  let unreachableSince = Infinity;
  for (let attempts = 1; ; attempts++) {
    const result = await proof.login(credential);
    successes = result.outcome === 'accepted' ? successes + 1 : 0;
    if (successes === successesInARow) {
      log.info('login accepted', { accessKeyId: credential.username, attempts, seconds: (clock.now() - start) / SECOND });
      return;
    }
    unreachableSince = result.outcome === 'unreachable' ? Math.min(unreachableSince, clock.now()) : Infinity;
    if (result.outcome === 'accepted') continue;
    log.info('login not accepted yet', { accessKeyId: credential.username, attempts, error: result.reply });
    const limit = Math.min(start + PROPAGATION_LIMIT, unreachableSince + UNREACHABLE_LIMIT);
    const again = result.outcome !== 'hopeless' && await backOff.waitUntil(Math.min(limit, proof.deadline));
    if (!again) throw failure(result, proof.endpoint, credential.username);
  }
}

function failure({ outcome, reply }: LoginResult, { host, port }: EndpointConfig, username: string): RotationError {
  const endpoint = `${host}:${port}`;
  switch (outcome) {
    case 'refused':
      return new LoginRefusedError(`${endpoint} refused the login of access key ${username}: ${reply}; `
        + 'check that the key is active and that the endpoint is in the region that the password was made for', '535-everywhere');
    case 'unreachable':
      return new RotationError(`${endpoint} cannot be reached: ${reply}; `
        + 'check the name; in a VPC, the function needs a NAT gateway or the VPC endpoint email-smtp with private DNS, '
        + `and security groups that let it out to port ${port} and into the endpoint`, 'endpoint-unreachable');
    case 'busy':
      return new RotationError(`${endpoint} did not decide on the login of access key ${username}: ${reply}; the next attempt asks again`,
        'the-endpoint-does-not-take-the-login');
    default:
      return new RotationError(`${endpoint} cannot take the login of access key ${username}: ${reply}; `
        + 'check that the account may use SES in this region and that the endpoint presents a valid certificate', 'the-endpoint-does-not-take-the-login');
  }
}
