import { EndpointConfig, FieldNames, FormatConfig, REGION_NAME, RegionalFieldNames, regionalFields, RotationConfig } from '../../src/private/rotation-contract';
import { SecretText } from '../basics/secret-text';

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html */
const ACCESS_KEY_ID = /^\w{16,128}$/;

const USERNAME_COLON_PASSWORD: FormatConfig = {};

/** What a mail server logs in with. */
export interface Credential {
  /** The IAM access key id. */
  readonly username: string;
  readonly password: SecretText;
}

/** What decides on the fields of a value, and on the passwords in them. */
export type EndpointsConfig = Pick<RotationConfig, 'additionalEndpoints' | 'endpoint' | 'format'>;

/** Reads a secret's value; undefined if it holds no credential, or none in this format. */
export function parseCredential(value: SecretText, format: FormatConfig): Credential | undefined {
  const [username, password] = format.fields
    ? [jsonField(value, format.fields.username), jsonField(value, format.fields.password)]
    : splitAtColon(value);
  return username && password && ACCESS_KEY_ID.test(username) ? { username, password: new SecretText(password) } : undefined;
}

/**
 * Reads a value that may be from before a change to JSON: mail servers read `username:password` in that case as well,
 * so that they can be given a credential of the AWS sample.
 */
export function parseDeliverable(value: SecretText, format: FormatConfig): Credential | undefined {
  return parseCredential(value, format) ?? parseCredential(value, USERNAME_COLON_PASSWORD);
}

/**
 * Writes a secret's value. Fields that somebody added to the JSON of the present credential stay;
 * nothing stays of a value in another format, which may hold a password under another name.
 */
export function formatCredential(
  username: string, passwordFor: (region: string) => SecretText, config: EndpointsConfig, present?: SecretText,
): SecretText {
  const { additionalEndpoints = [], endpoint, format, format: { fields } } = config;
  if (!fields) return new SecretText(`${username}:${passwordFor(endpoint.region).reveal()}`);
  const valuesAt = ({ host, port, region }: EndpointConfig) => ({ username, password: passwordFor(region).reveal(), host, port, region });
  // With those of the endpoint's region: an application that names its region does not notice when the two change places.
  const severalEndpoints = additionalEndpoints.length > 0 ? [endpoint, ...additionalEndpoints] : [];
  const regional = severalEndpoints.map(each => underNamesOf(regionalFields(fields, each.region), valuesAt(each)));
  const kept = present && parseCredential(present, format) ? parseObject(present) : {};
  for (const name of Object.keys(kept)) if (isCredentialField(name, fields)) delete kept[name];
  // Ours come last, those of the endpoint behind all others: that is where a script on a mail server, which has no JSON parser, finds them.
  const all = [kept, ...regional, underNamesOf(fields, valuesAt(endpoint))];
  return new SecretText(JSON.stringify(Object.fromEntries(all.flatMap(part => Object.entries(part)))));
}

/** Reads the credential for an endpoint; undefined if the value has none. */
export function credentialAt({ region }: EndpointConfig, value: SecretText, { endpoint, format }: EndpointsConfig): Credential | undefined {
  const { fields } = format;
  if (!fields || region === endpoint.region) return parseDeliverable(value, format);
  return parseCredential(value, { fields: { ...fields, ...regionalFields(fields, region) } });
}

/** Whether a password was derived for the endpoint's region; a format without the region cannot tell, and is believed. */
export function isForEndpoint(value: SecretText, endpoint: EndpointConfig, format: FormatConfig): boolean {
  const field = format.fields?.region;
  return field === undefined || jsonField(value, field) === endpoint.region;
}

/** Whether a value holds a credential in any format: every long-term access key id begins with AKIA. */
export function mentionsAccessKey(value: SecretText): boolean {
  return /AKIA[A-Z0-9]{12}/.test(value.reveal());
}

/** Whether a field is one that a rotation writes, or wrote for a region that is no longer among the additional ones. */
function isCredentialField(name: string, fields: FieldNames): boolean {
  const region = name.slice(name.lastIndexOf('_') + 1);
  const regional = REGION_NAME.test(region) ? Object.values(regionalFields(fields, region)) : [];
  return [...Object.values(fields), ...regional].includes(name);
}

function underNamesOf(fields: FieldNames | RegionalFieldNames, values: Record<keyof FieldNames, string | number>): Record<string, string | number> {
  const names = Object.keys(fields) as (keyof typeof fields)[];
  return Object.fromEntries(names.map(name => [fields[name], values[name]]));
}

function splitAtColon(value: SecretText): [string, string] {
  const [username, ...rest] = value.reveal().split(':');
  return [username, rest.join(':').trimEnd()];
}

function jsonField(value: SecretText, field: string): string | undefined {
  const content = parseObject(value)[field];
  return typeof content === 'string' ? content : undefined;
}

function parseObject(value: SecretText): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(value.reveal());
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {};
  } catch {
    return {};
  }
}
