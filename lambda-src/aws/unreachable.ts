import { RotationError } from '../basics/errors';

/** There was no connection, so AWS has received no request and changed nothing. */
export class UnreachableError extends RotationError {}

interface Destination {
  readonly hostname: string;
  readonly port?: number;
}

interface NetworkError extends Error {
  readonly code?: string;
}

const HTTPS_PORT = 443;
const NO_CONNECTION = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];

/**
 * For a client's middleware at the step `deserialize`, which knows the endpoint. The error names the endpoint that cannot be
 * reached, and what is missing. The SDK decides by the error's cause whether to retry.
 */
export function namesUnreachable(remedy: string) {
  return <Args extends { request: unknown }, Output>(next: (args: Args) => Promise<Output>) => async (args: Args): Promise<Output> => {
    try {
      return await next(args);
    } catch (error) {
      throw neverConnected(error as NetworkError) ? unreachable(args.request as Destination, error as NetworkError, remedy) : error;
    }
  };
}

/** Not after a timeout of an open connection, because AWS may have received the request. */
function neverConnected({ code = '', message, name }: NetworkError): boolean {
  return NO_CONNECTION.includes(code) || (name === 'TimeoutError' && message.includes('did not establish a connection'));
}

function unreachable({ hostname, port = HTTPS_PORT }: Destination, cause: NetworkError, remedy: string): UnreachableError {
  const noFipsEndpoint = cause.code === 'ENOTFOUND' && hostname.includes('fips');
  const advice = noFipsEndpoint ? 'this service has no FIPS endpoint in the Region: remove fips from SmtpEndpoint.regional' : remedy;
  return new UnreachableError(`${hostname}:${port} cannot be reached: ${cause.message}; ${advice}`, 'endpoint-unreachable', { cause });
}
