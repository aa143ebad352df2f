/**
 * What the construct writes and the rotation function reads. This is the only file that both sides share.
 * Not part of the public API.
 */

/** The function's environment variable that holds the `RotationConfig` as JSON. */
export const CONFIG_VARIABLE = 'ROTATION_CONFIG';

/**
 * The line that every document of this library prints last, followed by the version id that it applied.
 * A node without it in its output has not applied the credential, whatever status Run Command reports: a step
 * that is skipped for its platform counts as success.
 */
export const APPLIED_MARKER = 'SES_SMTP_CREDENTIAL_APPLIED';

/** The start of the line with which a document of this library reports why it failed. */
export const FAILED_MARKER = 'SES_SMTP_CREDENTIAL_FAILED';

/** How long a document of this library may run on a node, in seconds. */
export const DOCUMENT_TIMEOUT = 300;

/** The first value of a new secret: the default format, without a credential. */
export const INITIAL_SECRET_VALUE = JSON.stringify({ username: '', password: '', host: '', port: 0, region: '' });

/** The page that explains each error and what to do. */
export const RUNBOOK = 'https://github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation/blob/main/docs/operations.md';

/** The event of the hourly call. */
export const WATCHDOG_EVENT = { action: 'watch' };

/** The event that you call the function with when a credential has leaked, with its access key id. */
export const REVOKE_EVENT = { action: 'revoke', accessKeyId: 'AKIA…' };

/**
 * The properties of the custom resource. CloudFormation turns them into text. It calls the function with every change of them, and with
 * the old ones before it deletes the user or the secret.
 */
export interface CredentialProperties {
  readonly SecretArn: string;
  readonly UserName: string;
  readonly UserOwned: 'true' | 'false';
  readonly SecretOwned: 'true' | 'false';
  readonly WaitForFirstRotation: 'true' | 'false';
  /** JSON of everything else that a credential depends on. A change needs another credential. */
  readonly Credential: string;
}

/** The pattern of a Region's name. The library keeps no list of the Regions of SES. */
export const REGION_NAME = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** The names of the fields for one of several Regions. They are flat, because ECS and others read single fields of a secret. */
export function regionalFields({ host, password }: FieldNames, region: string): RegionalFieldNames {
  return { password: `${password}_${region}`, ...host !== undefined && { host: `${host}_${region}` } };
}

export interface RotationConfig {
  /** The only secret that the function rotates. Without the random suffix if the secret was imported by name. */
  readonly secretArn: string;
  /** Whether the secret is new with this rotation, so that no other one has ever written to it. */
  readonly secretOwned?: boolean;
  readonly user: UserConfig;
  readonly endpoint: EndpointConfig;
  /** The endpoints of additional Regions. The same key has a password for each. */
  readonly additionalEndpoints?: EndpointConfig[];
  /** The message that every endpoint must accept before a credential is promoted. */
  readonly testMessage?: TestMessageConfig;
  readonly format: FormatConfig;
  readonly fleets: FleetConfig[];
  /** How long a key works after its version is no longer in use. */
  readonly gracePeriodSeconds: number;
  /** How long a key that is still used works beyond its grace period. 0 if its use does not matter. */
  readonly holdWhileUsedSeconds: number;
  /** The age at which a key has missed its rotation. Undefined if the schedule has no fixed interval. */
  readonly maxAgeSeconds?: number;
  /** Whether the first rotation runs with the deployment, not with the schedule. */
  readonly rotatesAtOnce: boolean;
}

export interface UserConfig {
  readonly name: string;
  /** Whether only this function makes keys for the user, and may delete a key that no version refers to. */
  readonly owned: boolean;
}

export interface EndpointConfig {
  readonly host: string;
  readonly port: number;
  /** The Region of SES that the password is derived for. */
  readonly region: string;
  readonly implicitTls: boolean;
}

export interface TestMessageConfig {
  readonly from: string;
  readonly to: string;
  /** The name of the configuration set for `X-SES-CONFIGURATION-SET`. */
  readonly configurationSet?: string;
  /** The name of the tenant for `X-SES-TENANT`. */
  readonly tenant?: string;
}

/** The names of the JSON fields. Without `fields`, the value is `username:password`. */
export interface FormatConfig {
  readonly fields?: FieldNames;
}

export interface FieldNames {
  readonly username: string;
  readonly password: string;
  readonly host?: string;
  readonly port?: string;
  readonly region?: string;
}

export type RegionalFieldNames = Pick<FieldNames, 'password' | 'host'>;

export interface FleetConfig {
  /** How Run Command finds the nodes: `Targets`, or `InstanceIds` for nodes that were given by id. */
  readonly targets?: TargetConfig[];
  readonly instanceIds?: string[];
  readonly document: DocumentConfig;
  readonly maxConcurrency?: string;
  readonly maxErrors: string;
  readonly timeoutSeconds: number;
  readonly minimumTargets: number;
}

export interface TargetConfig {
  readonly key: string;
  readonly values: string[];
}

export interface DocumentConfig {
  /** Name or ARN. */
  readonly name: string;
  readonly version?: string;
  /** Whether the document prints `APPLIED_MARKER`. */
  readonly marker: boolean;
  /** The names of the document's parameters that the function fills, by their content. */
  readonly parameters: DocumentParameterNames;
  /** Further parameters, passed as they are. */
  readonly constants?: { [name: string]: string };
}

export interface DocumentParameterNames {
  readonly secretArn?: string;
  readonly versionId?: string;
  readonly region?: string;
  readonly username?: string;
  readonly password?: string;
}
