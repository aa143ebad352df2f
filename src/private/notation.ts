import { Token } from 'aws-cdk-lib';

const ESCAPES: Record<string, string> = { '\r': '\\r', '\n': '\\n', '\t': '\\t' };

/** Throws on a text in the wrong notation. One that is left out or not known yet passes. */
export function checkNotation(prop: string, value: string | undefined, pattern: RegExp, allowed: string, todo: string): void {
  if (hasNotation(value, pattern)) return;
  throw new Error(`${prop} must be ${allowed}, got ${quoted(value)}; ${todo}`);
}

/** A text in quotes, for a message that has to show what is wrong with it: characters that nobody sees are spelled out. */
export function quoted(text: string | undefined): string {
  return `'${String(text).replace(/(?! )[\p{C}\p{Z}]/gu, character => ESCAPES[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`)}'`;
}

/** Whether a text has this notation, as far as it is known. */
export function hasNotation(value: string | undefined, pattern: RegExp): boolean {
  return value === undefined || Token.isUnresolved(value) || pattern.test(value);
}
