import { Token } from 'aws-cdk-lib';

/** Throws on a text that is not written as it must be; one that is left out or not known yet is not judged. */
export function checkNotation(prop: string, value: string | undefined, pattern: RegExp, allowed: string): void {
  if (value === undefined || Token.isUnresolved(value) || pattern.test(value)) return;
  throw new Error(`${prop} must be ${allowed}, got '${value}'`);
}
