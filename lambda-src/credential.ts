import { SecretText } from './secret-text';
import { EndpointConfig, FieldNames, FormatConfig } from '../src/rotation-contract';

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html */
const ACCESS_KEY_ID = /^\w{16,128}$/;

const USERNAME_COLON_PASSWORD: FormatConfig = {};

/** What a mail server logs in with. */
export interface Credential {
  /** The IAM access key id. */
  readonly username: string;
  readonly password: SecretText;
}

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
  credential: Credential, endpoint: EndpointConfig, format: FormatConfig, present?: SecretText,
): SecretText {
  const { username, password } = credential;
  if (!format.fields) return new SecretText(`${username}:${password.reveal()}`);
  const ours = named(format.fields, { username, password: password.reveal(), host: endpoint.host, port: endpoint.port, region: endpoint.region });
  const kept = present && parseCredential(present, format) ? parseObject(present) : {};
  for (const name of Object.keys(ours)) delete kept[name];
  // Ours come last: that is where a script on a mail server, which has no JSON parser, finds them.
  return new SecretText(JSON.stringify({ ...kept, ...ours }));
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

function named(fields: FieldNames, values: Record<keyof FieldNames, string | number>): Record<string, string | number> {
  const names = Object.keys(fields) as (keyof FieldNames)[];
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
