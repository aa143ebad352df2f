import { Token } from 'aws-cdk-lib';

/** Throws on a text that is not written as it must be; one that is left out or not known yet is not judged. */
export function checkNotation(prop: string, value: string | undefined, pattern: RegExp, allowed: string): void {
  if (hasNotation(value, pattern)) return;
  throw new Error(`${prop} must be ${allowed}, got '${value}'`);
}

/** Whether a text is written like this, as far as it is known. */
export function hasNotation(value: string | undefined, pattern: RegExp): boolean {
  return value === undefined || Token.isUnresolved(value) || pattern.test(value);
}

/** Whether a text can be a host name: no scheme, brackets, port or white space. One that is not known yet can. */
export function isHostName(text: string): boolean {
  return hasNotation(text, /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/);
}
