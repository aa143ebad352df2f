import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { forConstruct } from './private/error-path';
import { checkHost, checkPort } from './private/host-and-port';
import { checkProps, NUMBER, optional, SECRET, Shape, STRING } from './private/shapes';
import { ecsSecretOf, grantReadOf } from './private/user-and-secret/readers';

/** An SMTP credential, as whoever logs in with it needs it. */
export interface ISesSmtpCredential extends IConstruct {
  /**
   * The secret with the credential.
   *
   * Use its `AWSCURRENT` version.
   */
  readonly secret: secretsmanager.ISecret;

  /** The host of the SMTP endpoint. */
  readonly smtpHost: string;

  /** The port of the SMTP endpoint. */
  readonly smtpPort: number;

  /** Lets a principal read the secret, and use its key for that. */
  grantRead(grantee: iam.IGrantable): iam.Grant;

  /**
   * The whole value of the secret, for one environment variable of a container.
   *
   * ECS reads each of a container's secrets by itself. In one variable, user name and password belong to the same version.
   * The container gets a new value only when its task starts again.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
   */
  ecsSecret(): ecs.Secret;
}

/** What is known of a credential that another stack or app rotates. */
export interface SesSmtpCredentialAttributes {
  /**
   * The secret with the credential.
   *
   * Import it with `Secret.fromSecretAttributes`, with its `encryptionKey` if it has its own KMS key.
   */
  readonly secret: secretsmanager.ISecret;

  /** The host of the SMTP endpoint. */
  readonly smtpHost: string;

  /**
   * The port of the SMTP endpoint.
   *
   * @default 587
   */
  readonly smtpPort?: number;
}

const ATTRIBUTES: Shape<SesSmtpCredentialAttributes> = { secret: SECRET, smtpHost: STRING, smtpPort: optional(NUMBER) };

/** A credential that another stack or app rotates. */
export class SesSmtpCredential extends Construct implements ISesSmtpCredential {
  /**
   * Refers to a credential by what is known of it.
   *
   * It defines nothing but the grants that you ask for.
   */
  public static fromAttributes(scope: Construct, id: string, attrs: SesSmtpCredentialAttributes): ISesSmtpCredential {
    return new SesSmtpCredential(scope, id, attrs);
  }

  /** The secret with the credential. */
  public readonly secret: secretsmanager.ISecret;

  /** The host of the SMTP endpoint. */
  public readonly smtpHost: string;

  /** The port of the SMTP endpoint. */
  public readonly smtpPort: number;

  private constructor(scope: Construct, id: string, attrs: SesSmtpCredentialAttributes) {
    super(scope, id);
    const { secret, smtpHost, smtpPort } = forConstruct(this, () => checked(attrs));
    this.secret = secret;
    this.smtpHost = smtpHost;
    this.smtpPort = smtpPort;
  }

  /** Lets a principal read the secret, and use its key for that. */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return forConstruct(this, () => grantReadOf(this, { secret: this.secret, replicas: [], policyOf: () => undefined }, grantee));
  }

  /**
   * The whole value of the secret, for one environment variable of a container.
   *
   * User name and password in it belong to the same version.
   */
  public ecsSecret(): ecs.Secret {
    return ecsSecretOf(this);
  }
}

function checked(attrs: SesSmtpCredentialAttributes): Required<SesSmtpCredentialAttributes> {
  checkProps('SesSmtpCredentialAttributes', attrs, ATTRIBUTES);
  const { secret, smtpHost, smtpPort = 587 } = attrs;
  checkHost('smtpHost', smtpHost);
  checkPort('smtpPort', smtpPort);
  return { secret, smtpHost, smtpPort };
}
