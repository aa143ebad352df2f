import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { SecretText } from '../../../lambda-src/basics/secret-text';

const TEXT = 'BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS';
const secret = new SecretText(TEXT);
const nested = { list: [{ password: secret }], map: new Map([['password', secret]]) };

describe('a secret text', () => {
  it('gives its text only to those who ask for it', () => {
    expect(secret.reveal()).toBe(TEXT);
  });

  it.each<[string, string]>([
    ['String()', String(secret)],
    ['a template', `${secret}`],
    ['a concatenation', '' + secret],
    ['inspect()', inspect(secret)],
    ['format()', format('%s', secret)],
  ])('is [redacted] in %s', (_where, printed) => {
    expect(printed).toBe('[redacted]');
  });

  it('is [redacted] in JSON, on its own and within other values', () => {
    expect(JSON.stringify(secret)).toBe('"[redacted]"');
    expect(JSON.stringify(nested)).toBe('{"list":[{"password":"[redacted]"}],"map":{}}');
  });

  it.each<[string, string]>([
    ['inspect() of an object that holds it', inspect(nested, { depth: null })],
    ['inspect() without its own say', inspect(nested, { depth: null, customInspect: false, showHidden: true })],
    ['inspect() of an error that it caused', inspect(new Error('login failed', { cause: secret }))],
    ['format() with every directive', format('%s %o %O %j', secret, nested, nested, nested)],
  ])('does not show in %s', (_where, printed) => {
    expect(printed).not.toContain(TEXT);
  });

  it('has no properties to list, and none to copy', () => {
    expect(Object.keys(secret)).toEqual([]);
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect({ ...secret }).toEqual({});
    expect(Object.assign({}, secret)).toEqual({});
  });

  it('leaves its text behind when it is cloned or serialized', () => {
    const clone: unknown = structuredClone(nested);
    expect(inspect(clone, { depth: null })).not.toContain(TEXT);
    expect(serialize(secret).includes(TEXT)).toBe(false);
  });
});
