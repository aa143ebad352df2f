import { Token } from 'aws-cdk-lib';
import { hasNotation, quoted } from './notation';

/** Throws on what cannot be a host name: with a scheme, brackets, a port or white space. One that is not known yet passes. */
export function checkHost(prop: string, host: string): void {
  if (hasNotation(host, /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/)) return;
  throw new Error(`${prop} must be a host name without scheme, brackets and port, got ${quoted(host)}; write the name alone`);
}

export function checkPort(prop: string, port: number): void {
  if (Token.isUnresolved(port) || Number.isInteger(port) && port >= 1 && port <= 65535) return;
  throw new Error(`${prop} must be an integer from 1 to 65535, got ${port}; give the port that the server listens on`);
}
