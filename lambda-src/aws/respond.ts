import { RotationError } from '../basics/errors';
import { BackOff, MINUTE, SECOND, systemClock } from '../basics/time';

/**
 * Uploads the response for CloudFormation. The URL is signed without a content type.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function respond(url: string, body: string): Promise<void> {
  const backOff = new BackOff(systemClock, Math.random, SECOND, 8 * SECOND);
  let problem = '';
  const delivered = await backOff.poll(systemClock.now() + MINUTE / 2, async () => {
    problem = await put(url, body);
    return problem === '' || undefined;
  });
  // The message leaves out the path and query of the URL: anyone who has them can respond.
  if (!delivered) throw new RotationError(`the answer did not reach CloudFormation at ${new URL(url).host}: ${problem}; in a VPC, the function needs a NAT gateway or the VPC endpoint s3`, 'endpoint-unreachable');
}

async function put(url: string, body: string): Promise<string> {
  try {
    const { ok, status } = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' }, signal: AbortSignal.timeout(10 * SECOND) });
    return ok ? '' : `HTTP status ${status}`;
  } catch (error) {
    const { cause, message } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}
