import { EndpointConfig, FieldNames, FormatConfig, REGION_NAME, RegionalFieldNames, regionalFields, RotationConfig } from '../../src/private/rotation-contract';
import { SecretText } from '../basics/secret-text';

const LONG_TERM_KEY_ID = /^AKIA[A-Z0-9]{12,124}$/;
/** A version 4 signature in base64. Every password of SES has this form and length. */
const SES_PASSWORD = /^B[A-P][A-Za-z0-9+/]{42}$/;

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html */
const ACCESS_KEY_ID = /^\w{16,128}$/;

const USERNAME_COLON_PASSWORD: FormatConfig = {};

/** What a mail server logs in with. */
export interface Credential {
  /** The IAM access key id. */
  readonly username: string;
  readonly password: SecretText;
}

/** A credential that was recognized by its form only. */
export interface FormerCredential extends Credential {
  readonly region?: string;
}

/** What determines the fields of a value, and the passwords in them. */
export type EndpointsConfig = Pick<RotationConfig, 'additionalEndpoints' | 'endpoint' | 'format'>;

/** Reads a secret's value. Returns undefined if it holds no credential in this format. */
export function parseCredential(value: SecretText, format: FormatConfig): Credential | undefined {
  const [username, password] = format.fields
    ? [jsonField(value, format.fields.username), jsonField(value, format.fields.password)]
    : splitAtColon(value);
  return username && password && ACCESS_KEY_ID.test(username) ? { username, password: new SecretText(password) } : undefined;
}

/**
 * Reads a value that may be older than a change to JSON. With JSON configured, mail servers still read `username:password`,
 * which is the format of the AWS sample.
 */
export function parseDeliverable(value: SecretText, format: FormatConfig): Credential | undefined {
  return parseCredential(value, format) ?? parseCredential(value, USERNAME_COLON_PASSWORD);
}

/**
 * Writes a secret's value. Fields that someone added to the JSON of the present credential are kept. A value in another
 * format is not kept, because it may hold a password under another name.
 */
export function formatCredential(
  username: string, passwordFor: (region: string) => SecretText, config: EndpointsConfig, present?: SecretText,
): SecretText {
  const { additionalEndpoints = [], endpoint, format, format: { fields } } = config;
  if (!fields) return new SecretText(`${username}:${passwordFor(endpoint.region).reveal()}`);
  const valuesAt = ({ host, port, region }: EndpointConfig) => ({ username, password: passwordFor(region).reveal(), host, port, region });
  // Including the endpoint's own Region: an application that names its Region sees no difference when the two are swapped.
  const severalEndpoints = additionalEndpoints.length > 0 ? [endpoint, ...additionalEndpoints] : [];
  const regional = severalEndpoints.map(each => underNamesOf(regionalFields(fields, each.region), valuesAt(each)));
  const kept = present && parseCredential(present, format) ? parseObject(present) : {};
  for (const name of Object.keys(kept)) if (isCredentialField(name, fields)) delete kept[name];
  // The endpoint's own fields come last, because the scripts on mail servers, which have no JSON parser, look for them there.
  const all = [kept, ...regional, underNamesOf(fields, valuesAt(endpoint))];
  return new SecretText(JSON.stringify(Object.fromEntries(all.flatMap(part => Object.entries(part)))));
}

/** Reads the credential for an endpoint. Returns undefined if the value has none. */
export function credentialAt({ region }: EndpointConfig, value: SecretText, { endpoint, format }: EndpointsConfig): Credential | undefined {
  const { fields } = format;
  if (!fields || region === endpoint.region) return parseDeliverable(value, format);
  return parseCredential(value, { fields: { ...fields, ...regionalFields(fields, region) } });
}

/** Whether a password was derived for the endpoint's Region. A format without a Region field counts as matching. */
export function isForEndpoint(value: SecretText, endpoint: EndpointConfig, format: FormatConfig): boolean {
  return format.fields?.region === undefined || regionIn(value, format) === endpoint.region;
}

/** Reads the region that a value names in the configured format. */
export function regionIn(value: SecretText, { fields }: FormatConfig): string | undefined {
  return fields?.region === undefined ? undefined : jsonField(value, fields.region);
}

/** Reads a value in any format that may have been configured before. Returns undefined if it holds no credential. */
export function parseFormer(value: SecretText): FormerCredential | undefined {
  const texts = [...Object.values(parseObject(value)), ...splitAtColon(value)].filter(text => typeof text === 'string');
  // The endpoint's password comes after those for other Regions, and after fields that someone added.
  const last = (shape: RegExp) => texts.filter(text => shape.test(text)).at(-1);
  const [username, password] = [last(LONG_TERM_KEY_ID), last(SES_PASSWORD)];
  return username && password ? { username, password: new SecretText(password), region: last(REGION_NAME) } : undefined;
}

/** Whether a value mentions an access key, in any format. Every long-term access key id begins with AKIA. */
export function mentionsAccessKey(value: SecretText): boolean {
  return /AKIA[A-Z0-9]{12}/.test(value.reveal());
}

/** Whether a rotation writes this field, or wrote it for a Region that is no longer an additional one. */
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
