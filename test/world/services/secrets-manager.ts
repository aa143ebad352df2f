import { AwsError } from './aws-error';
import { Environment } from '../environment';
import { PolicyDocument } from './policy';
import { invalidParameter, noValue } from './secrets-manager-errors';

export const CURRENT = 'AWSCURRENT';
export const PENDING = 'AWSPENDING';
export const PREVIOUS = 'AWSPREVIOUS';
/** Staging labels across all versions of a secret. */
const LABEL_QUOTA = 20;

export interface SecretVersion {
  readonly id: string;
  readonly createdDate: number;
  /** Missing in the placeholder that a rotation starts with. */
  value?: SecretValue;
  /** The key that the value is encrypted with. */
  kmsKeyId?: string;
  readonly labels: Set<string>;
}

export interface SecretValue {
  readonly SecretString?: string;
  /** Base64, as on the wire. */
  readonly SecretBinary?: string;
}

export interface RotationConfiguration {
  readonly lambdaArn: string;
  readonly rules?: Record<string, unknown>;
  /** Whether changing the schedule rotates at once, as CloudFormation was told. */
  readonly rotateImmediately?: boolean;
  enabled: boolean;
  /** Since when it has these rules: from then on, Secrets Manager counts. */
  readonly scheduledAt?: number;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  /** For values to come. */
  kmsKeyId?: string;
  tags: Record<string, string>;
  readonly createdDate: number;
  readonly versions: Map<string, SecretVersion>;
  resourcePolicy?: PolicyDocument;
  rotation?: RotationConfiguration;
  /** The token of the rotation that is running or waiting for its next attempt. */
  rotationInFlight?: string;
  lastRotatedDate?: number;
  lastChangedDate: number;
  valueChangedDate: number;
  deletedDate?: number;
}

export interface SecretOptions {
  readonly name: string;
  /** No value: an empty secret, without any version. */
  readonly value?: string;
  readonly kmsKeyId?: string;
  readonly tags?: Record<string, string>;
}

/** Starts a rotation that goes on in the background. */
export type RotationStarter = (secret: Secret, immediately: boolean, token?: string) => string;

export class SecretsManager {
  /** AWS's documentation does not say whether the first value of an empty secret becomes current during a rotation. */
  public firstVersionGetsCurrent = true;
  /** Nor does it say which of these DescribeSecret and ListSecretVersionIds show of a secret that is marked for deletion. */
  public readonly markedForDeletion = { showsRotation: true, listsVersions: false };
  /** Set by the rotation driver. */
  public startRotation?: RotationStarter;

  private readonly secrets = new Map<string, Secret>();

  constructor(private readonly environment: Environment) {}

  public createSecret(options: SecretOptions): Secret {
    const { partition, region, account, random, clock } = this.environment;
    if (this.find(options.name)) {
      throw new AwsError('ResourceExistsException', `The operation failed because the secret ${options.name} already exists.`);
    }
    const secret: Secret = {
      name: options.name,
      arn: `arn:${partition}:secretsmanager:${region}:${account}:secret:${options.name}-${random.alphanumeric(6)}`,
      kmsKeyId: options.kmsKeyId,
      tags: options.tags ?? {},
      createdDate: clock.now(),
      lastChangedDate: clock.now(),
      valueChangedDate: clock.now(),
      versions: new Map(),
    };
    this.secrets.set(secret.arn, secret);
    if (options.value !== undefined) this.putValue(secret, random.uuid(), { SecretString: options.value }, [CURRENT]);
    return secret;
  }

  /** By ARN, by ARN without its random end, or by name. */
  public find(id: string): Secret | undefined {
    return this.secrets.get(id) ?? this.allSecrets().find(secret => secret.name === id || secret.arn.slice(0, -7) === id);
  }

  public secret(id: string): Secret {
    const secret = this.find(id);
    if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return secret;
  }

  public allSecrets(): Secret[] {
    return [...this.secrets.values()];
  }

  /** The text of the version with the label; undefined when there is none. */
  public valueOf(secretId: string, label = CURRENT): string | undefined {
    return holderOf(this.secret(secretId), label)?.value?.SecretString;
  }

  /** The ids of the versions that carry labels, as DescribeSecret shows them. */
  public labelsOf(secretId: string): Record<string, string[]> {
    const labelled = [...this.secret(secretId).versions.values()].filter(version => version.labels.size > 0);
    return Object.fromEntries(labelled.map(version => [version.id, [...version.labels]]));
  }

  /** A change by hand, as a person makes it in the console. */
  public putByHand(secretId: string, value: string): SecretVersion {
    return this.putValue(this.secret(secretId), this.environment.random.uuid(), { SecretString: value }, [CURRENT]);
  }

  /** Marks it for deletion: what it holds can be neither read nor changed, until it is restored. A rotation goes no further. */
  public deleteSecret(secretId: string): void {
    this.secret(secretId).deletedDate = this.environment.clock.now();
  }

  public restoreSecret(secretId: string): void {
    this.secret(secretId).deletedDate = undefined;
  }

  /** Without a recovery window. */
  public forceDeleteSecret(secretId: string): void {
    const secret = this.secret(secretId);
    secret.rotationInFlight = undefined;
    this.secrets.delete(secret.arn);
  }

  /** As UpdateSecret's documentation has it, the versions with one of AWS's labels are encrypted anew. */
  public changeKey(secret: Secret, kmsKeyId: string | undefined): void {
    secret.kmsKeyId = kmsKeyId;
    for (const version of secret.versions.values()) {
      if ([CURRENT, PENDING, PREVIOUS].some(label => version.labels.has(label))) version.kmsKeyId = kmsKeyId;
    }
    secret.lastChangedDate = this.environment.clock.now();
  }

  /** Stops a rotation after the step that is running; its version keeps AWSPENDING, and the secret its function and rules. */
  public cancelRotation(secret: Secret): void {
    if (secret.rotation) secret.rotation.enabled = false;
    secret.rotationInFlight = undefined;
  }

  public setRotation(secretId: string, rotation: Omit<RotationConfiguration, 'enabled' | 'scheduledAt'>): void {
    const secret = this.secret(secretId);
    const isSame = JSON.stringify(rotation.rules) === JSON.stringify(secret.rotation?.rules);
    const scheduledAt = isSame ? secret.rotation?.scheduledAt : this.environment.clock.now();
    secret.rotation = { ...rotation, enabled: true, scheduledAt };
  }

  /** The version that a rotation starts with: AWSPENDING, and no value. */
  public createPlaceholder(secret: Secret, token: string, value?: SecretValue): SecretVersion {
    const version = { id: token, createdDate: this.environment.clock.now(), labels: new Set<string>(), value };
    secret.versions.set(token, version);
    attach(secret, PENDING, version);
    return version;
  }

  public putValue(secret: Secret, token: string, value: SecretValue, labels: string[] = [CURRENT]): SecretVersion {
    const existing = secret.versions.get(token);
    if (existing?.value) return sameValue(secret, existing, value);
    const first = ![...secret.versions.values()].some(version => version.value);
    const version = existing ?? { id: token, createdDate: this.environment.clock.now(), labels: new Set<string>() };
    version.value = value;
    version.kmsKeyId = secret.kmsKeyId;
    secret.versions.set(token, version);
    abandonRotation(secret, token);
    const before = holderOf(secret, CURRENT);
    for (const label of labels) attach(secret, label, version);
    if (first && this.firstVersionGetsCurrent) attach(secret, CURRENT, version);
    // A pending label that the last rotation left on the current version does not stay behind.
    if (holderOf(secret, CURRENT) !== before) before?.labels.delete(PENDING);
    secret.lastChangedDate = this.environment.clock.now();
    secret.valueChangedDate = secret.lastChangedDate;
    return version;
  }

  public moveLabel(secret: Secret, label: string, move: { readonly to?: string; readonly from?: string }): void {
    const holder = holderOf(secret, label);
    const target = move.to === undefined ? undefined : versionOf(secret, move.to);
    if (move.from !== undefined) versionOf(secret, move.from);
    checkMove(label, holder, move);
    if (target) attach(secret, label, target);
    else holder?.labels.delete(label);
    secret.lastChangedDate = this.environment.clock.now();
  }
}

export function holderOf(secret: Secret, label: string): SecretVersion | undefined {
  return [...secret.versions.values()].find(version => version.labels.has(label));
}

/** A label is on one version at most, and AWSPREVIOUS goes where AWSCURRENT came from. */
function attach(secret: Secret, label: string, version: SecretVersion): void {
  const holder = holderOf(secret, label);
  if (holder === version) return;
  if (!holder) checkQuota(secret);
  holder?.labels.delete(label);
  version.labels.add(label);
  if (label !== CURRENT || !holder) return;
  holderOf(secret, PREVIOUS)?.labels.delete(PREVIOUS);
  holder.labels.add(PREVIOUS);
}

function checkQuota({ versions }: Secret): void {
  const labels = [...versions.values()].reduce((sum, version) => sum + version.labels.size, 0);
  if (labels >= LABEL_QUOTA) throw new AwsError('LimitExceededException', 'The request failed because it would exceed one of the Secrets Manager quotas.');
}

function abandonRotation(secret: Secret, token: string): void {
  if (secret.rotationInFlight === undefined || secret.rotationInFlight === token) return;
  secret.versions.get(secret.rotationInFlight)?.labels.delete(PENDING);
  secret.rotationInFlight = undefined;
}

function sameValue(secret: Secret, existing: SecretVersion, value: SecretValue): SecretVersion {
  const same = existing.value?.SecretString === value.SecretString && existing.value?.SecretBinary === value.SecretBinary;
  if (same) return existing;
  const message = `You can't use ClientRequestToken ${existing.id} because that value is already in use for a version of secret ${secret.arn}.`;
  throw new AwsError('ResourceExistsException', message);
}

function versionOf(secret: Secret, id: string): SecretVersion {
  const version = secret.versions.get(id);
  if (!version) throw noValue(`VersionId: ${id}`);
  return version;
}

function checkMove(label: string, holder: SecretVersion | undefined, move: { readonly to?: string; readonly from?: string }): void {
  if (move.to === undefined && move.from === undefined) {
    throw invalidParameter('You must provide MoveToVersionId, RemoveFromVersionId, or both.');
  }
  if (label === CURRENT && move.to === undefined) {
    throw invalidParameter(`You can only move staging label ${label} to a different secret version. It can’t be completely removed.`);
  }
  if (move.from === undefined && holder && holder.id !== move.to) {
    throw invalidParameter(`The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.id}, `
      + 'so you must explicitly reference that version in RemoveFromVersionId.');
  }
  if (move.from !== undefined && move.from !== holder?.id) {
    throw invalidParameter(`Staging label ${label} is not attached to version ${move.from}, which RemoveFromVersionId names.`);
  }
}
