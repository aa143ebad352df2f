import { describe, expect, it } from 'vitest';
import { namesUnreachable, UnreachableError } from '../../../lambda-src/aws/unreachable';

/** What becomes of an error on the way to an endpoint. */
async function passedOn(error: Error, hostname = 'iam.amazonaws.com'): Promise<Error> {
  const call = namesUnreachable('add a route')(async () => { throw error; });
  return call({ request: { hostname } }).then(() => expect.unreachable(), (passed: unknown) => passed as Error);
}

function failed(message: string, details: { name?: string; code?: string }): Error {
  return Object.assign(new Error(message), details);
}

describe('an error on the way to an endpoint', () => {
  it.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])('with the code %s names the endpoint and what is missing', async code => {
    const error = failed('no way', { code });
    expect(await passedOn(error)).toBeInstanceOf(UnreachableError);
    expect(await passedOn(error)).toMatchObject({ message: 'iam.amazonaws.com:443 cannot be reached: no way; add a route', cause: error });
  });

  it('says of a name that does not exist and has FIPS in it that there is no such endpoint', async () => {
    const host = 'secretsmanager-fips.eu-west-1.amazonaws.com';
    expect((await passedOn(failed('no such name', { code: 'ENOTFOUND' }), host)).message).toBe(
      `${host}:443 cannot be reached: no such name; this service has no FIPS endpoint in the Region: remove fips from SmtpEndpoint.regional`);
    expect((await passedOn(failed('refused', { code: 'ECONNREFUSED' }), host)).message).toContain('add a route');
  });

  it.each([
    ['a time-out of the reply', { name: 'TimeoutError', code: 'ETIMEDOUT' }],
    ['a connection that broke off', { name: 'TimeoutError', code: 'ECONNRESET' }],
    ['a refusal', { name: 'AccessDenied' }],
  ])('is passed on as it is after %s, because AWS may have been asked', async (_what, details) => {
    const error = failed('no reply', details);
    expect(await passedOn(error)).toBe(error);
  });

  it('does not come from a call that succeeds', async () => {
    expect(await namesUnreachable('add a route')(async () => 'done')({ request: {} })).toBe('done');
  });
});
