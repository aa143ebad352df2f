import { Token } from 'aws-cdk-lib';

/** Whether a text can be a host name: no scheme, brackets, port or white space. One that is not known yet can. */
export function isHostName(text: string): boolean {
  return Token.isUnresolved(text) || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text);
}
