import { describe, expect, it } from 'vitest';
import { Log } from '../../../lambda-src/basics/log';
import { LoginRefusedError, Proof, proofError, tryUntilAccepted } from '../../../lambda-src/proof/endpoint-proof';
import { LoginResult } from '../../../lambda-src/smtp/login';
import { VirtualClock } from '../../world';

const endpoint = { host: 'smtp.example.com', port: 587, region: 'eu-west-1', implicitTls: false };

function proofOf(attempt: Proof['attempt']): Proof {
  return { subject: 'login', attempt, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', endpoint };
}

function contextOf(clock: VirtualClock, random: () => number, seconds: number) {
  const log = new Log({ secretArn: 'arn', versionId: 'v', step: 'setSecret' }, () => undefined);
  return { clock, random, end: clock.now() + seconds * 1000, log };
}

/** Proves a credential against an endpoint that always answers the same, with so many seconds for the function. */
async function failWith(outcome: LoginResult['outcome'], seconds = 900) {
  const clock = new VirtualClock();
  const start = clock.now();
  let logins = 0;
  const proof = proofOf(async () => {
    logins += 1;
    return { outcome, reply: 'the reply' };
  });
  const error = proofError(await tryUntilAccepted(contextOf(clock, Math.random, seconds), proof, 3), proof);
  return { error, logins, seconds: (clock.now() - start) / 1000 };
}

describe('a login that does not succeed', () => {
  it('is given five minutes when it is refused, with growing pauses', async () => {
    const { error, logins, seconds } = await failWith('refused');
    expect(error).toBeInstanceOf(LoginRefusedError);
    expect(seconds).toBeGreaterThan(280);
    expect(seconds).toBeLessThanOrEqual(300);
    expect(logins).toBeLessThan(40);
  });

  it('ends before the function does', async () => {
    const { error, seconds } = await failWith('refused', 20);
    expect(error).toBeInstanceOf(LoginRefusedError);
    expect(seconds).toBeLessThanOrEqual(20);
  });

  it('is given seconds when the endpoint cannot be reached', async () => {
    const { error, seconds } = await failWith('unreachable');
    expect(error.message).toBe('smtp.example.com:587 cannot be reached: the reply; '
      + 'check host and port; in a VPC, the function needs a NAT gateway or the VPC endpoint email-smtp with private DNS, '
      + 'and security groups that let it out to port 587 and into the endpoint');
    expect(seconds).toBeLessThanOrEqual(20);
  });

  it('is given some time more for a connection that fails after others did not', async () => {
    const outcomes: LoginResult['outcome'][] = [...Array.from({ length: 9 }, () => 'refused' as const), 'unreachable', 'accepted', 'accepted', 'accepted'];
    const login = async () => ({ outcome: outcomes.shift() ?? 'refused' as const, reply: '' });
    expect(await tryUntilAccepted(contextOf(new VirtualClock(), () => 0.5, 900), proofOf(login), 3)).toMatchObject({ outcome: 'accepted' });
    expect(outcomes).toEqual([]);
  });

  it('is no refusal when the endpoint is busy', async () => {
    const { error } = await failWith('busy');
    expect(error).not.toBeInstanceOf(LoginRefusedError);
    expect(error.message).toBe('smtp.example.com:587 did not decide on the login of access key AKIAIOSFODNN7EXAMPLE: the reply; wait for the next attempt, which asks again');
  });

  it('is not tried again when that cannot help', async () => {
    const { error, logins } = await failWith('failed');
    expect(logins).toBe(1);
    expect(error.message).toBe('smtp.example.com:587 cannot accept the login of access key AKIAIOSFODNN7EXAMPLE: the reply; '
      + 'check that the account may use SES in this Region and that the certificate of the endpoint is valid');
  });
});
