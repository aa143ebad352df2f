import { Aws, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkMade } from './private/factories';
import { checkHost, checkPort } from './private/host-and-port';
import { checkNotation } from './private/notation';
import { EndpointConfig, REGION_NAME } from './private/rotation-contract';
import { BOOLEAN, checkProps, NUMBER, optional, Shape, STRING } from './private/shapes';

const IMPLICIT_TLS_PORTS = [465, 2465];
/** @see https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html */
const SES_PORTS = [25, 465, 587, 2465, 2587];
const DEFAULT_PORT = 587;

/** Options for `SmtpEndpoint.regional`. */
export interface RegionalSmtpEndpointOptions {
  /**
   * The Region of SES.
   *
   * The password is derived for it, and the identities must exist in it.
   *
   * @default - the stack's Region
   */
  readonly region?: string;

  /**
   * Whether to use the FIPS 140 endpoint of SES.
   *
   * The function then also uses the FIPS endpoints of the other AWS services that it calls in the stack's Region
   * (`AWS_USE_FIPS_ENDPOINT`). Not every Region has them: the rotation fails and names the one that is missing.
   *
   * @see https://aws.amazon.com/compliance/fips/
   * @see https://docs.aws.amazon.com/general/latest/gr/ses.html
   * @default false
   */
  readonly fips?: boolean;

  /**
   * The port: 25, 465, 587, 2465 or 2587.
   *
   * On 465 and 2465, TLS starts with the connection. On the others, it starts with STARTTLS. AWS Lambda and EC2 restrict port 25.
   *
   * @default 587
   */
  readonly port?: number;
}

/** Options for `SmtpEndpoint.custom`. */
export interface CustomSmtpEndpointOptions {
  /**
   * The host name, without a port.
   *
   * The function checks that the host's certificate is valid for this name.
   */
  readonly host: string;

  /**
   * The port, 1 to 65535.
   *
   * @default 587
   */
  readonly port?: number;

  /**
   * The Region of SES behind the host.
   *
   * The password is derived for it.
   *
   * @default - the stack's Region
   */
  readonly region?: string;

  /**
   * Whether TLS starts with the connection, instead of with STARTTLS.
   *
   * @default - true on ports 465 and 2465, false on all others
   */
  readonly implicitTls?: boolean;
}

const REGIONAL: Shape<RegionalSmtpEndpointOptions> = { region: optional(STRING), fips: optional(BOOLEAN), port: optional(NUMBER) };
const CUSTOM: Shape<CustomSmtpEndpointOptions> = {
  host: STRING, port: optional(NUMBER), region: optional(STRING), implicitTls: optional(BOOLEAN),
};

/**
 * The SMTP endpoint that the credential logs in to.
 *
 * The credential is proven there before a mail server gets it.
 */
export class SmtpEndpoint {
  /** The SMTP endpoint of SES in a Region. */
  public static regional(options: RegionalSmtpEndpointOptions = {}): SmtpEndpoint {
    checkProps('SmtpEndpoint.regional', options, REGIONAL);
    const port = options.port ?? DEFAULT_PORT;
    if (!Token.isUnresolved(port) && !SES_PORTS.includes(port)) {
      throw new Error(`endpoint port must be one of ${SES_PORTS.join(', ')}, got ${port}; SES listens on no other port`);
    }
    const prefix = options.fips ? 'email-smtp-fips' : 'email-smtp';
    const hostIn = (region: string) => `${prefix}.${region}.${Aws.URL_SUFFIX}`;
    return new SmtpEndpoint(port, options.region, hostIn, IMPLICIT_TLS_PORTS.includes(port), options);
  }

  /** A host of your choice: the name of a VPC endpoint, or a relay that accepts SES credentials. */
  public static custom(options: CustomSmtpEndpointOptions): SmtpEndpoint {
    checkProps('SmtpEndpoint.custom', options, CUSTOM);
    const { host, port = DEFAULT_PORT } = options;
    checkHost('endpoint host', host);
    checkPort('endpoint port', port);
    return new SmtpEndpoint(port, options.region, () => host, options.implicitTls ?? IMPLICIT_TLS_PORTS.includes(port));
  }

  private constructor(
    private readonly port: number,
    private readonly region: string | undefined,
    private readonly hostIn: (region: string) => string,
    private readonly implicitTls: boolean,
    private readonly elsewhere: RegionalSmtpEndpointOptions = {},
  ) {
    checkMade('SmtpEndpoint', port);
    checkNotation('endpoint region', region, REGION_NAME, 'the name of a Region, such as eu-west-1', 'use the code of a Region');
  }

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
   * The endpoint of SES in another Region, with the settings of this one. For a custom host, it is the default one.
   *
   * @internal
   */
  public _bindIn(region: string, scope: Construct): EndpointConfig {
    return SmtpEndpoint.regional({ ...this.elsewhere, region })._bind(scope);
  }
}
