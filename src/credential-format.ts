import { Token } from 'aws-cdk-lib';
import { FormatConfig } from './private/rotation-contract';

/** The fields of a credential in JSON, and the names to write them under. Fields left out are not written. */
export interface CredentialFields {
  /**
   * The name of the field with the SMTP user name, an IAM access key id.
   *
   * @default - must be named
   */
  readonly username?: string;

  /**
   * The name of the field with the SMTP password.
   *
   * @default - must be named
   */
  readonly password?: string;

  /**
   * The name of the field with the host of the SMTP endpoint.
   *
   * @default - not written
   */
  readonly host?: string;

  /**
   * The name of the field with the port of the SMTP endpoint, a number.
   *
   * @default - not written
   */
  readonly port?: string;

  /**
   * The name of the field with the region of SES.
   *
   * @default - not written
   */
  readonly region?: string;
}

/** Options of `CredentialFormat.json`. */
export interface JsonCredentialFormatOptions {
  /**
   * The fields to write, and their names: letters, digits, `_`, `-` and `.`.
   *
   * @default - `username`, `password`, `host`, `port` and `region`, under these names
   */
  readonly fields?: CredentialFields;
}

/**
 * How the credential is written into the secret.
 *
 * The format applies from the next rotation on: a value that is there stays as it is.
 */
export class CredentialFormat {
  /** A JSON object. Further fields that you add to the current value by hand are carried over by each rotation. */
  public static json(options: JsonCredentialFormatOptions = {}): CredentialFormat {
    const { username, password, ...others } = options.fields
      ?? { username: 'username', password: 'password', host: 'host', port: 'port', region: 'region' };
    if (!username || !password) {
      throw new Error(`credentialFormat fields must name username and password, got ${JSON.stringify(options.fields)}`);
    }
    const fields = { username, password, ...others };
    checkNames(Object.values(fields).filter(name => name !== undefined));
    return new CredentialFormat({ fields });
  }

  /** The text `username:password`, as AWS's sample writes it. */
  public static usernameColonPassword(): CredentialFormat {
    return new CredentialFormat({});
  }

  private constructor(private readonly config: FormatConfig) {}

  /** @internal */
  public _bind(): FormatConfig {
    return this.config;
  }
}

function checkNames(names: string[]): void {
  const unusable = names.find(name => !Token.isUnresolved(name) && !/^[\w.-]+$/.test(name));
  if (unusable !== undefined) {
    throw new Error(`credentialFormat fields must consist of letters, digits, "_", "-" and ".", got "${unusable}"`);
  }
  if (new Set(names).size < names.length) {
    throw new Error(`credentialFormat fields must have names that differ, got ${names.join(', ')}`);
  }
}
