import { Aws, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { isHostName } from './private/notation';
import { EndpointConfig } from './private/rotation-contract';

const IMPLICIT_TLS_PORTS = [465, 2465];
/** @see https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html */
const SES_PORTS = [25, 465, 587, 2465, 2587];
const DEFAULT_PORT = 587;

/** Options of `SmtpEndpoint.regional`. */
export interface RegionalSmtpEndpointOptions {
  /**
   * The region of SES, which the password is derived for and in which the identities must exist.
   *
   * @default - the stack's region
   */
  readonly region?: string;

  /**
   * Use the FIPS 140 endpoint, and those of the other AWS services that the function calls in the stack's region
   * (`AWS_USE_FIPS_ENDPOINT`). Not every region has them: the rotation fails and names the one that is missing.
   *
   * @see https://aws.amazon.com/compliance/fips/
   * @see https://docs.aws.amazon.com/general/latest/gr/ses.html
   * @default false
   */
  readonly fips?: boolean;

  /**
   * One of 25, 465, 587, 2465 and 2587. On 465 and 2465, TLS begins with the connection; on the others,
   * STARTTLS. AWS Lambda and EC2 restrict port 25.
   *
   * @default 587
   */
  readonly port?: number;
}

/** Options of `SmtpEndpoint.custom`. */
export interface CustomSmtpEndpointOptions {
  /** The host name, without port. Its certificate is verified against this name. */
  readonly host: string;

  /**
   * The port, 1 to 65535.
   *
   * @default 587
   */
  readonly port?: number;

  /**
   * The region of SES behind the host, which the password is derived for.
   *
   * @default - the stack's region
   */
  readonly region?: string;

  /**
   * Whether TLS begins with the connection, instead of by STARTTLS.
   *
   * @default - true on ports 465 and 2465, false on all others
   */
  readonly implicitTls?: boolean;
}

/** Where the credential logs in: it is proved there before a mail server gets it. */
export class SmtpEndpoint {
  /** The SMTP endpoint of SES in a region. */
  public static regional(options: RegionalSmtpEndpointOptions = {}): SmtpEndpoint {
    const port = options.port ?? DEFAULT_PORT;
    if (!Token.isUnresolved(port) && !SES_PORTS.includes(port)) {
      throw new Error(`endpoint port must be one of ${SES_PORTS.join(', ')}, which SES listens on, got ${port}`);
    }
    const prefix = options.fips ? 'email-smtp-fips' : 'email-smtp';
    const hostIn = (region: string) => `${prefix}.${region}.${Aws.URL_SUFFIX}`;
    return new SmtpEndpoint(port, options.region, hostIn, IMPLICIT_TLS_PORTS.includes(port), options);
  }

  /** A host of your own choice: a VPC endpoint's name, or a relay that takes SES credentials. */
  public static custom(options: CustomSmtpEndpointOptions): SmtpEndpoint {
    const { host, port = DEFAULT_PORT } = options;
    if (!isHostName(host)) {
      throw new Error(`endpoint host must be a host name without scheme and port, got "${host}"`);
    }
    if (!Token.isUnresolved(port) && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
      throw new Error(`endpoint port must be an integer from 1 to 65535, got ${port}`);
    }
    return new SmtpEndpoint(port, options.region, () => host, options.implicitTls ?? IMPLICIT_TLS_PORTS.includes(port));
  }

  private constructor(
    private readonly port: number,
    private readonly region: string | undefined,
    private readonly hostIn: (region: string) => string,
    private readonly implicitTls: boolean,
    private readonly elsewhere: RegionalSmtpEndpointOptions = {},
  ) {}

  /** @internal */
  public get _fips(): boolean {
    return this.elsewhere.fips ?? false;
  }

  /** @internal */
  public _bind(scope: Construct): EndpointConfig {
    const region = this.region ?? Stack.of(scope).region;
    return { host: this.hostIn(region), port: this.port, region, implicitTls: this.implicitTls };
  }

  /**
   * The endpoint of SES in another region: of the same kind as this one, or the usual one where this is a host of somebody's choice.
   *
   * @internal
   */
  public _bindIn(region: string, scope: Construct): EndpointConfig {
    return SmtpEndpoint.regional({ ...this.elsewhere, region })._bind(scope);
  }
}
