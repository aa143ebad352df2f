/**
 * What the construct writes and the rotation function reads: the only file that both sides share.
 * Not part of the public API.
 */

/** The function's environment variable that holds the `RotationConfig` as JSON. */
export const CONFIG_VARIABLE = 'ROTATION_CONFIG';

/**
 * The line that every document of this library prints last, followed by the version id that it applied.
 * A node whose output lacks it has not done anything, whatever status Run Command reports (a step skipped
 * for its platform counts as success).
 */
export const APPLIED_MARKER = 'SES_SMTP_CREDENTIAL_APPLIED';

/** How a document of this library begins the line that says why it failed. */
export const FAILED_MARKER = 'SES_SMTP_CREDENTIAL_FAILED';

/** How long a document of this library may run on a node, in seconds. */
export const DOCUMENT_TIMEOUT = 300;

/** The value a new secret is born with: the shape of the default format, and no credential yet. */
export const INITIAL_SECRET_VALUE = JSON.stringify({ username: '', password: '', host: '', port: 0, region: '' });

/** The page that says what an error means and what to type. */
export const RUNBOOK = 'https://github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation/blob/main/docs/operations.md';

/** What the function is called with once an hour. */
export const WATCHDOG_EVENT = { action: 'watch' };

/** What a person calls the function with when a credential has leaked, with its access key. */
export const REVOKE_EVENT = { action: 'revoke', accessKeyId: 'AKIA…' };

/**
 * The properties of the custom resource. CloudFormation makes text of them. It calls the function with every change of them, and
 * with the old ones when user or secret are to be deleted.
 */
export interface CredentialProperties {
  readonly SecretArn: string;
  readonly UserName: string;
  readonly UserOwned: 'true' | 'false';
  readonly SecretOwned: 'true' | 'false';
  readonly WaitForFirstRotation: 'true' | 'false';
  /** JSON of what a credential depends on besides: a change asks for another one. */
  readonly Credential: string;
}

/** What the name of a region looks like. SES has no list of its regions here. */
export const REGION_NAME = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** The names of the fields for one of several regions: flat, because ECS and others take single fields out of a secret. */
export function regionalFields({ host, password }: FieldNames, region: string): RegionalFieldNames {
  return { password: `${password}_${region}`, ...host !== undefined && { host: `${host}_${region}` } };
}

export interface RotationConfig {
  /** The only secret that the function rotates. Without the random suffix when the secret was imported by name. */
  readonly secretArn: string;
  readonly user: UserConfig;
  readonly endpoint: EndpointConfig;
  /** The endpoints of additional regions, which the same key has a password each for. */
  readonly additionalEndpoints?: EndpointConfig[];
  /** What every endpoint must take before a credential is promoted. */
  readonly testMessage?: TestMessageConfig;
  readonly format: FormatConfig;
  readonly fleets: FleetConfig[];
  /** How long a key works after its version has gone out of use. */
  readonly gracePeriodSeconds: number;
  /** The age at which a key has missed its rotation; undefined where the schedule has no fixed interval. */
  readonly maxAgeSeconds?: number;
  /** Whether the first rotation comes with the deployment, and not by the schedule. */
  readonly rotatesAtOnce: boolean;
}

export interface UserConfig {
  readonly name: string;
  /** Whether every key of the user comes from this function, so that a key nobody refers to may be deleted. */
  readonly owned: boolean;
}

export interface EndpointConfig {
  readonly host: string;
  readonly port: number;
  /** The SES region that the password is derived for. */
  readonly region: string;
  readonly implicitTls: boolean;
}

export interface TestMessageConfig {
  readonly from: string;
  readonly to: string;
}

/** The names of the JSON fields; undefined as a whole for `username:password`. */
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
  /** How Run Command finds the nodes: `Targets`, or `InstanceIds` for nodes that are named. */
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
  /** The names of the document's parameters that the function fills, by what it fills them with. */
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
