import { Token } from 'aws-cdk-lib';
import { checkMade } from './private/factories';
import { quoted } from './private/notation';
import { FormatConfig } from './private/rotation-contract';
import { checkProps, optional, Shape, STRING, struct } from './private/shapes';

/**
 * The names of the fields of a credential in JSON.
 *
 * A field without a name is not written.
 */
export interface CredentialFields {
  /**
   * The name of the field for the SMTP user name, an IAM access key id.
   *
   * @default - none: you must name this field
   */
  readonly username?: string;

  /**
   * The name of the field for the SMTP password.
   *
   * @default - none: you must name this field
   */
  readonly password?: string;

  /**
   * The name of the field for the host of the SMTP endpoint.
   *
   * @default - not written
   */
  readonly host?: string;

  /**
   * The name of the field for the port of the SMTP endpoint, a number.
   *
   * @default - not written
   */
  readonly port?: string;

  /**
   * The name of the field for the Region of SES.
   *
   * @default - not written
   */
  readonly region?: string;
}

/** Options for `CredentialFormat.json`. */
export interface JsonCredentialFormatOptions {
  /**
   * The fields to write, with their names.
   *
   * A name consists of letters, digits, `_`, `-` and `.`, and no two are the same.
   *
   * @default - `username`, `password`, `host`, `port` and `region`, under these names
   */
  readonly fields?: CredentialFields;
}

const FIELDS: Shape<CredentialFields> = {
  username: optional(STRING), password: optional(STRING), host: optional(STRING), port: optional(STRING), region: optional(STRING),
};
const JSON_FORMAT: Shape<JsonCredentialFormatOptions> = { fields: optional(struct('CredentialFields', FIELDS)) };

/**
 * The format in which the credential is written to the secret.
 *
 * It applies from the next rotation on. A value that already exists stays as it is.
 */
export class CredentialFormat {
  /**
   * A JSON object.
   *
   * You may add further fields to the current value by hand: each rotation copies them to the new value.
   */
  public static json(options: JsonCredentialFormatOptions = {}): CredentialFormat {
    checkProps('CredentialFormat.json', options, JSON_FORMAT);
    const named = options.fields ?? { username: 'username', password: 'password', host: 'host', port: 'port', region: 'region' };
    const { username, password, ...others } = named;
    if (!username || !password) {
      throw new Error(`credentialFormat fields must name username and password, got ${listNamed(named)}; name both`);
    }
    const fields = { username, password, ...others };
    checkNames(Object.values(fields).filter(name => name !== undefined));
    return new CredentialFormat({ fields });
  }

  /** The text `username:password`, as the AWS sample writes it. */
  public static usernameColonPassword(): CredentialFormat {
    return new CredentialFormat({});
  }

  private constructor(private readonly config: FormatConfig) {
    checkMade('CredentialFormat', config);
  }

  /** @internal */
  public _bind(): FormatConfig {
    return this.config;
  }
}

function checkNames(names: string[]): void {
  const unusable = names.find(name => !Token.isUnresolved(name) && !/^[\w.-]+$/.test(name));
  if (unusable !== undefined) {
    throw new Error(`credentialFormat fields must have names of letters, digits, "_", "-" and ".", got ${quoted(unusable)}; choose another name`);
  }
  if (new Set(names).size < names.length) {
    throw new Error(`credentialFormat fields must have different names, got ${names.join(', ')}; name each field differently`);
  }
}

function listNamed(fields: CredentialFields): string {
  return Object.entries(fields).filter(([, name]) => name).map(([field]) => field).join(' and ') || 'none';
}
