import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { Credential, credentialAt, formatCredential, isForEndpoint, mentionsAccessKey, parseCredential } from '../../../lambda-src/secret/credential';
import { EndpointConfig, FormatConfig } from '../../../src/private/rotation-contract';

const ENDPOINT: EndpointConfig = { host: 'email-smtp.eu-west-1.amazonaws.com', port: 587, region: 'eu-west-1', implicitTls: false };
const JSON_FORMAT: FormatConfig = { fields: { username: 'username', password: 'password', host: 'host', port: 'port', region: 'region' } };
const OWN_NAMES: FormatConfig = { fields: { username: 'SMTP_USER', password: 'SMTP_PASSWORD' } };
const COLON_FORMAT: FormatConfig = {};

const CREDENTIAL: Credential = {
  username: 'AKIAIOSFODNN7EXAMPLE', password: new SecretText('BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS'),
};
const PLAIN = { username: CREDENTIAL.username, password: CREDENTIAL.password.reveal() };
const WRITTEN = { ...PLAIN, host: ENDPOINT.host, port: ENDPOINT.port, region: ENDPOINT.region };

function formatted({ username, password }: Credential, format: FormatConfig, present?: string): SecretText {
  return formatCredential(username, () => password, { endpoint: ENDPOINT, format }, present === undefined ? undefined : new SecretText(present));
}

function written(format: FormatConfig, present?: string): unknown {
  return JSON.parse(formatted(CREDENTIAL, format, present).reveal());
}

function parsed(value: string, format: FormatConfig): { username: string; password: string } | undefined {
  const credential = parseCredential(new SecretText(value), format);
  return credential && { username: credential.username, password: credential.password.reveal() };
}

describe('a credential', () => {
  it('is written as JSON with the endpoint, the port as a number', () => {
    expect(written(JSON_FORMAT)).toEqual(WRITTEN);
  });

  it('is written under the names that the format gives, and nothing that it does not name', () => {
    expect(written(OWN_NAMES)).toEqual({ SMTP_USER: PLAIN.username, SMTP_PASSWORD: PLAIN.password });
  });

  it('is written as username:password', () => {
    expect(formatted(CREDENTIAL, COLON_FORMAT).reveal()).toBe(`${PLAIN.username}:${PLAIN.password}`);
  });

  it('is read from JSON, from fields of any name, and from username:password', () => {
    expect(parsed(JSON.stringify(WRITTEN), JSON_FORMAT)).toEqual(PLAIN);
    expect(parsed(JSON.stringify({ SMTP_USER: PLAIN.username, SMTP_PASSWORD: PLAIN.password }), OWN_NAMES)).toEqual(PLAIN);
    expect(parsed(`${PLAIN.username}:${PLAIN.password}`, COLON_FORMAT)).toEqual(PLAIN);
  });

  it('is read from username:password that an editor ended with a line break', () => {
    expect(parsed(`${PLAIN.username}:${PLAIN.password}\r\n`, COLON_FORMAT)).toEqual(PLAIN);
  });

  it.each<[string, string, FormatConfig]>([
    ['nothing', '', JSON_FORMAT],
    ['no JSON', 'not JSON', JSON_FORMAT],
    ['JSON that is cut off', '{"username":"AKIAIOSFODNN7EXAMPLE"', JSON_FORMAT],
    ['a JSON null', 'null', JSON_FORMAT],
    ['a JSON string', '"AKIAIOSFODNN7EXAMPLE"', JSON_FORMAT],
    ['a JSON array', JSON.stringify([WRITTEN]), JSON_FORMAT],
    ['empty fields, as in a new secret', JSON.stringify({ ...WRITTEN, username: '', password: '' }), JSON_FORMAT],
    ['no user name', JSON.stringify({ password: PLAIN.password }), JSON_FORMAT],
    ['no password', JSON.stringify({ username: PLAIN.username }), JSON_FORMAT],
    ['a password that is no text', JSON.stringify({ ...WRITTEN, password: 4 }), JSON_FORMAT],
    ['a user name that is no access key id', JSON.stringify({ ...WRITTEN, username: 'postmaster' }), JSON_FORMAT],
    ['fields of other names', JSON.stringify(WRITTEN), OWN_NAMES],
    ['JSON where a colon is expected', JSON.stringify(WRITTEN), COLON_FORMAT],
    ['username:password where JSON is expected', `${PLAIN.username}:${PLAIN.password}`, JSON_FORMAT],
    ['no colon', PLAIN.username, COLON_FORMAT],
    ['nothing before the colon', `:${PLAIN.password}`, COLON_FORMAT],
    ['nothing behind the colon but blanks', `${PLAIN.username}: \n`, COLON_FORMAT],
  ])('is not found in a value with %s', (_what, value, format) => {
    expect(parsed(value, format)).toBeUndefined();
  });

  it('does not find fields that every object inherits', () => {
    expect(parsed('{}', { fields: { username: 'constructor', password: 'toString' } })).toBeUndefined();
  });
});

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_';
const usernames = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 16, maxLength: 128 });
const passwords = fc.string({ unit: 'binary', minLength: 1 });
const fieldNames = fc.uniqueArray(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')), { minLength: 5, maxLength: 5 });
const jsonFormats = fc.record({ names: fieldNames, withEndpoint: fc.boolean() }).map(({ names, withEndpoint }): FormatConfig => {
  const [username, password, host, port, region] = names;
  return { fields: withEndpoint ? { username, password, host, port, region } : { username, password } };
});

describe('any credential', () => {
  function expectRoundTrip(username: string, password: string, format: FormatConfig): void {
    const value = formatted({ username, password: new SecretText(password) }, format);
    expect(parsed(value.reveal(), format)).toEqual({ username, password });
    expect(isForEndpoint(value, ENDPOINT, format)).toBe(true);
  }

  it('is read from JSON as it was written, whatever the fields are called', () => {
    fc.assert(fc.property(usernames, passwords, jsonFormats, expectRoundTrip));
  });

  it('is read from username:password as it was written', () => {
    const trimmed = passwords.filter(password => password === password.trimEnd());
    fc.assert(fc.property(usernames, trimmed, (username, password) => expectRoundTrip(username, password, COLON_FORMAT)));
  });

  it('leaves the fields that somebody added', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), added => {
      const present = JSON.stringify({ ...added, ...WRITTEN, password: 'the old one' });
      expect(written(JSON_FORMAT, present)).toEqual({ ...JSON.parse(present) as object, ...WRITTEN });
    }));
  });
});

describe('the fields of the present value', () => {
  it.each<[string, string, FormatConfig]>([
    ['another JSON format', JSON.stringify({ ...WRITTEN, note: 'mine' }), OWN_NAMES],
    ['username:password', `${PLAIN.username}:${PLAIN.password}`, OWN_NAMES],
    ['a JSON that holds no credential', JSON.stringify({ SMTP_PASSWORD: 'of another server' }), OWN_NAMES],
  ])('are not taken over from %s', (_what, present, format) => {
    expect(written(format, present)).toEqual({ SMTP_USER: PLAIN.username, SMTP_PASSWORD: PLAIN.password });
  });

  it('come before ours, where a script without a JSON parser does not take them for ours', () => {
    const present = JSON.stringify({ ...WRITTEN, legacy: { username: 'AKIAOLDOLDOLDOLDOLD1', password: 'old' } });
    const { legacy, ...ours } = JSON.parse(formatted(CREDENTIAL, JSON_FORMAT, present).reveal()) as Record<string, unknown>;
    expect(legacy).toEqual({ username: 'AKIAOLDOLDOLDOLDOLD1', password: 'old' });
    expect(formatted(CREDENTIAL, JSON_FORMAT, present).reveal().endsWith(JSON.stringify(ours).slice(1))).toBe(true);
  });

  it('are not taken over into username:password', () => {
    const present = JSON.stringify({ ...WRITTEN, note: 'mine' });
    expect(formatted(CREDENTIAL, COLON_FORMAT, present).reveal()).toBe(`${PLAIN.username}:${PLAIN.password}`);
  });
});

describe('a value', () => {
  it.each<[string, Partial<EndpointConfig>, boolean]>([
    ['is for the endpoint that it names', {}, true],
    ['is for another host of the region', { host: 'email-smtp-fips.eu-west-1.amazonaws.com' }, true],
    ['is not for another region', { region: 'eu-central-1' }, false],
    ['is for the same endpoint on another port', { port: 465, implicitTls: true }, true],
  ])('%s', (_rule, change, expected) => {
    expect(isForEndpoint(new SecretText(JSON.stringify(WRITTEN)), { ...ENDPOINT, ...change }, JSON_FORMAT)).toBe(expected);
  });

  it('is for no endpoint when the fields are missing that the format has', () => {
    expect(isForEndpoint(new SecretText(JSON.stringify(PLAIN)), ENDPOINT, JSON_FORMAT)).toBe(false);
  });

  it.each([['without host and region', OWN_NAMES], ['username:password', COLON_FORMAT]])('is believed in a format %s', (_what, format) => {
    const value = formatted(CREDENTIAL, format);
    expect(isForEndpoint(value, { ...ENDPOINT, host: 'elsewhere', region: 'elsewhere' }, format)).toBe(true);
  });

  it.each([
    [JSON.stringify(WRITTEN), true],
    [`${PLAIN.username}:${PLAIN.password}`, true],
    [`user=${PLAIN.username};`, true],
    ['', false],
    [JSON.stringify({ username: '', password: '' }), false],
    ['AKIA is how key ids begin', false],
    ['ASIAIOSFODNN7EXAMPLE', false],
  ])('mentions an access key or not: %s', (value, expected) => {
    expect(mentionsAccessKey(new SecretText(value))).toBe(expected);
  });
});

describe('a credential for several regions', () => {
  const FRANKFURT: EndpointConfig = { host: 'email-smtp.eu-central-1.amazonaws.com', port: 587, region: 'eu-central-1', implicitTls: false };
  const VIRGINIA: EndpointConfig = { ...FRANKFURT, host: 'email-smtp.us-east-1.amazonaws.com', region: 'us-east-1' };

  function writtenFor(additionalEndpoints: EndpointConfig[], format = JSON_FORMAT, present?: object): SecretText {
    const passwordFor = (region: string) => new SecretText(`of ${region}`);
    const config = { endpoint: ENDPOINT, additionalEndpoints, format };
    return formatCredential(PLAIN.username, passwordFor, config, present && new SecretText(JSON.stringify(present)));
  }

  it('has a host and a password for each, the endpoint\'s region included, before the fields of the endpoint', () => {
    expect(Object.entries(JSON.parse(writtenFor([FRANKFURT, VIRGINIA]).reveal()) as object)).toEqual([
      ['password_eu-west-1', 'of eu-west-1'],
      ['host_eu-west-1', ENDPOINT.host],
      ['password_eu-central-1', 'of eu-central-1'],
      ['host_eu-central-1', 'email-smtp.eu-central-1.amazonaws.com'],
      ['password_us-east-1', 'of us-east-1'],
      ['host_us-east-1', 'email-smtp.us-east-1.amazonaws.com'],
      ['username', PLAIN.username],
      ['password', 'of eu-west-1'],
      ['host', ENDPOINT.host],
      ['port', 587],
      ['region', 'eu-west-1'],
    ]);
  });

  it('has no host in a format without hosts', () => {
    expect(JSON.parse(writtenFor([FRANKFURT], OWN_NAMES).reveal())).toEqual({
      'SMTP_USER': PLAIN.username,
      'SMTP_PASSWORD': 'of eu-west-1',
      'SMTP_PASSWORD_eu-west-1': 'of eu-west-1',
      'SMTP_PASSWORD_eu-central-1': 'of eu-central-1',
    });
  });

  it('loses the fields of a region that is no longer among them, and keeps those that somebody added', () => {
    const { 'password_eu-central-1': password, ...others } = JSON.parse(writtenFor([FRANKFURT]).reveal()) as Record<string, unknown>;
    const added = { 'password_of': 'the shop', 'password': 'mine', 'token_eu-central-1': 'mine', 'eu-central-1': 'mine' };
    expect(JSON.parse(writtenFor([VIRGINIA], JSON_FORMAT, { ...added, ...others, 'password_eu-central-1': password }).reveal()))
      .toEqual({ ...JSON.parse(writtenFor([VIRGINIA]).reveal()) as object, ...added, password: 'of eu-west-1' });
  });

  it('is read for each', () => {
    const config = { endpoint: ENDPOINT, additionalEndpoints: [FRANKFURT], format: JSON_FORMAT };
    const found = [ENDPOINT, FRANKFURT, VIRGINIA].map(endpoint => credentialAt(endpoint, writtenFor([FRANKFURT]), config)?.password.reveal());
    expect(found).toEqual(['of eu-west-1', 'of eu-central-1', undefined]);
  });
});
