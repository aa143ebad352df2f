import { EndpointConfig } from '../../src/private/rotation-contract';
import { RotationError } from '../basics/errors';
import { BackOff, MINUTE, SECOND } from '../basics/time';
import { Context } from '../context';
import { MessageResult } from '../smtp/message';

/** A new key usually works within seconds, and a new policy within minutes. IAM promises no time. */
const PROPAGATION_LIMIT = 5 * MINUTE;
/** An unreachable endpoint is a problem of routes and ports that waiting does not solve. Longer than any pause between two attempts. */
const UNREACHABLE_LIMIT = 20 * SECOND;

/** Something that an endpoint must accept. */
export interface Proof {
  readonly subject: 'login' | 'test message';
  readonly attempt: () => Promise<MessageResult>;
  readonly accessKeyId: string;
  readonly endpoint: EndpointConfig;
}

/** The endpoint answered, and refused the credential until the time was up. */
export class LoginRefusedError extends RotationError {}

/**
 * Tries until the endpoint has accepted the given number of times in a row, and returns the last result. That is not
 * `accepted` if time is up, or if a retry cannot help.
 */
export async function tryUntilAccepted(
  { clock, end, log, random }: Pick<Context, 'clock' | 'end' | 'log' | 'random'>, proof: Proof, successesInARow: number,
): Promise<MessageResult> {
  const { accessKeyId, subject } = proof;
  const endpoint = nameOf(proof.endpoint);
  const start = clock.now();
  const backOff = new BackOff(clock, random, 2 * SECOND, 15 * SECOND);
  let successes = 0;
  let unreachableSince = Infinity;
  for (let attempts = 1; ; attempts++) {
    const result = await proof.attempt();
    successes = result.outcome === 'accepted' ? successes + 1 : 0;
    if (successes === successesInARow) {
      log.info(`${subject} accepted`, { accessKeyId, attempts, endpoint, seconds: (clock.now() - start) / SECOND });
      return result;
    }
    unreachableSince = result.outcome === 'unreachable' ? Math.min(unreachableSince, clock.now()) : Infinity;
    if (result.outcome === 'accepted') continue;
    log.info(`${subject} not accepted yet`, { accessKeyId, attempts, endpoint, error: result.reply });
    const limit = Math.min(start + PROPAGATION_LIMIT, unreachableSince + UNREACHABLE_LIMIT);
    const again = result.outcome !== 'failed' && await backOff.waitUntil(Math.min(limit, end));
    if (!again) return result;
  }
}

/** Why an endpoint did not accept a login, or a message for one of the same reasons. */
export function proofError({ outcome, reply }: MessageResult, { accessKeyId, endpoint, subject }: Proof): RotationError {
  const name = nameOf(endpoint);
  switch (outcome) {
    case 'refused':
      return new LoginRefusedError(`${name} refused the ${subject} of access key ${accessKeyId}: ${reply}; `
        + 'if the key is new, wait for the retry; if not, check that it is active and that its password is for the Region of the endpoint', 'ses-refuses-the-login');
    case 'unreachable':
      return new RotationError(`${name} cannot be reached: ${reply}; `
        + 'check host and port; in a VPC, the function needs a NAT gateway or the VPC endpoint email-smtp with private DNS, '
        + `and security groups that let it out to port ${endpoint.port} and into the endpoint`, 'endpoint-unreachable');
    case 'busy':
      return new RotationError(`${name} did not decide on the ${subject} of access key ${accessKeyId}: ${reply}; wait for the next attempt, which asks again`,
        'the-endpoint-is-busy');
    default:
      return new RotationError(`${name} cannot accept the ${subject} of access key ${accessKeyId}: ${reply}; `
        + 'check that the account may use SES in this Region and that the certificate of the endpoint is valid', 'the-endpoint-cannot-accept-the-login');
  }
}

export function nameOf({ host, port }: EndpointConfig): string {
  return `${host}:${port}`;
}
