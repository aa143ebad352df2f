import { AwsError } from './aws-error';
import { Kms } from './kms';
import { Operation, operation } from './operation';
import { Principal } from './permissions';
import { Context } from './policy';
import { CURRENT, holderOf, PENDING, Secret, SecretsManager, SecretValue, SecretVersion } from './secrets-manager';
import { invalidParameter, noValue, requireNotDeleted } from './secrets-manager-errors';
import { Environment } from '../environment';

const HOUR = 3_600_000;
const NO_TOKEN = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.';

/** Secrets Manager's actions as callers see them, with permissions, keys and checks. */
export class SecretsManagerApi {
  constructor(private readonly environment: Environment, private readonly secrets: SecretsManager, private readonly kms: Kms) {}

  public operations(): Record<string, Operation> {
    return {
      DescribeSecret: operation<SecretRequest>((request, caller) => this.describeSecret(request, caller)),
      GetSecretValue: operation<GetRequest>((request, caller) => this.getSecretValue(request, caller)),
      PutSecretValue: operation<PutRequest>((request, caller) => this.putSecretValue(request, caller)),
      UpdateSecretVersionStage: operation<StageRequest>((request, caller) => this.updateSecretVersionStage(request, caller)),
      ListSecretVersionIds: operation<SecretRequest & { IncludeDeprecated?: boolean }>((request, caller) =>
        listVersions(this.authorized('ListSecretVersionIds', request, caller), request.IncludeDeprecated === true)),
      RotateSecret: operation<RotateRequest>((request, caller) => this.rotateSecret(request, caller)),
      CancelRotateSecret: operation<SecretRequest>((request, caller) => this.cancelRotateSecret(request, caller)),
      DeleteSecret: operation<SecretRequest>((request, caller) => this.secrets.deleteSecret(this.authorized('DeleteSecret', request, caller).arn)),
      RestoreSecret: operation<SecretRequest>((request, caller) => this.secrets.restoreSecret(this.authorized('RestoreSecret', request, caller).arn)),
    };
  }

  private authorized(action: string, request: SecretRequest, caller: Principal, context: Context = {}): Secret {
    if (!request.SecretId) throw invalidParameter('You must provide a value for the SecretId parameter.');
    const secret = this.secrets.find(request.SecretId);
    this.environment.permissions.require({
      principal: caller,
      action: `secretsmanager:${action}`,
      resource: secret?.arn ?? request.SecretId,
      context: { 'secretsmanager:SecretId': secret?.arn ?? request.SecretId, ...contextOf(secret), ...context },
      resourcePolicy: secret?.resourcePolicy,
    });
    const found = this.secrets.secret(request.SecretId);
    if (!this.worksWhenDeleted(action)) requireNotDeleted(found);
    return found;
  }

  private worksWhenDeleted(action: string): boolean {
    return ['DescribeSecret', 'RestoreSecret'].includes(action) || (action === 'ListSecretVersionIds' && this.secrets.markedForDeletion.listsVersions);
  }

  private describeSecret(request: SecretRequest, caller: Principal) {
    const secret = this.authorized('DescribeSecret', request, caller);
    const hidesRotation = secret.deletedDate !== undefined && !this.secrets.markedForDeletion.showsRotation;
    return { ...describe(secret), ...hidesRotation && { RotationEnabled: undefined, RotationLambdaARN: undefined, RotationRules: undefined } };
  }

  private getSecretValue(request: GetRequest, caller: Principal) {
    const stage = request.VersionStage ?? (request.VersionId === undefined ? CURRENT : undefined);
    const secret = this.authorized('GetSecretValue', request, caller, {
      ...(request.VersionId !== undefined ? { 'secretsmanager:VersionId': request.VersionId } : {}),
      ...(stage !== undefined ? { 'secretsmanager:VersionStage': stage } : {}),
    });
    const version = selectVersion(secret, request.VersionId, stage);
    this.useKey(version.kmsKeyId, secret, version.id, caller, ['kms:Decrypt']);
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      ...version.value,
      VersionStages: [...version.labels],
      CreatedDate: new Date(version.createdDate),
    };
  }

  private putSecretValue(request: PutRequest, caller: Principal) {
    const secret = this.authorized('PutSecretValue', request, caller);
    checkPut(request);
    const token = tokenOf(request);
    this.useKey(secret.kmsKeyId, secret, token, caller, ['kms:GenerateDataKey', 'kms:Decrypt']);
    const value = request.SecretString === undefined ? { SecretBinary: request.SecretBinary } : { SecretString: request.SecretString };
    const version = this.secrets.putValue(secret, token, value, request.VersionStages);
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.labels] };
  }

  private updateSecretVersionStage(request: StageRequest, caller: Principal) {
    const secret = this.authorized('UpdateSecretVersionStage', request, caller, { 'secretsmanager:VersionStage': request.VersionStage });
    if (!request.VersionStage) throw invalidParameter('You must provide a value for the VersionStage parameter.');
    this.secrets.moveLabel(secret, request.VersionStage, { to: request.MoveToVersionId, from: request.RemoveFromVersionId });
    return { ARN: secret.arn, Name: secret.name };
  }

  /** "You also need lambda:InvokeFunction permissions on the rotation function", says the API reference. */
  private rotateSecret(request: RotateRequest, caller: Principal) {
    const secret = this.authorized('RotateSecret', request, caller);
    if (request.ClientRequestToken === undefined) throw invalidParameter(NO_TOKEN);
    const lambdaArn = request.RotationLambdaARN ?? secret.rotation?.lambdaArn;
    if (lambdaArn === undefined) {
      throw new AwsError('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.');
    }
    this.environment.permissions.require({ principal: caller, action: 'lambda:InvokeFunction', resource: lambdaArn });
    this.secrets.setRotation(secret.arn, { ...secret.rotation, lambdaArn, rules: request.RotationRules ?? secret.rotation?.rules });
    const VersionId = this.secrets.startRotation?.(secret, request.RotateImmediately !== false, request.ClientRequestToken);
    return { ARN: secret.arn, Name: secret.name, VersionId };
  }

  private cancelRotateSecret(request: SecretRequest, caller: Principal) {
    const secret = this.authorized('CancelRotateSecret', request, caller);
    this.secrets.cancelRotation(secret);
    return { ARN: secret.arn, Name: secret.name, VersionId: holderOf(secret, PENDING)?.id };
  }

  private useKey(keyId: string | undefined, secret: Secret, versionId: string, caller: Principal, actions: string[]): void {
    if (keyId === undefined || keyId === 'alias/aws/secretsmanager') return;
    this.kms.use(caller, keyId, actions, 'secretsmanager', { SecretARN: secret.arn, SecretVersionId: versionId });
  }
}

interface SecretRequest {
  readonly SecretId: string;
}

interface GetRequest extends SecretRequest {
  readonly VersionId?: string;
  readonly VersionStage?: string;
}

interface PutRequest extends SecretRequest, SecretValue {
  readonly ClientRequestToken?: string;
  readonly VersionStages?: string[];
}

interface StageRequest extends SecretRequest {
  readonly VersionStage: string;
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
}

interface RotateRequest extends SecretRequest {
  readonly ClientRequestToken?: string;
  readonly RotationLambdaARN?: string;
  readonly RotationRules?: Record<string, unknown>;
  readonly RotateImmediately?: boolean;
}

function selectVersion(secret: Secret, id: string | undefined, stage: string | undefined): SecretVersion {
  const version = id === undefined ? holderOf(secret, stage ?? CURRENT) : secret.versions.get(id);
  if (!version?.value) throw noValue(id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`);
  if (stage !== undefined && !version.labels.has(stage)) {
    throw new AwsError('InvalidRequestException', 'You provided a VersionStage that is not associated to the provided VersionId.');
  }
  return version;
}

function checkPut(request: PutRequest): void {
  if (request.SecretString !== undefined && request.SecretBinary !== undefined) {
    throw invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.");
  }
  const value = request.SecretString ?? request.SecretBinary ?? '';
  if (value === '') throw new AwsError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  if (Buffer.byteLength(value) > 65_536) {
    throw new AwsError('ValidationException', '1 validation error detected: Value at \'secretString\' failed to satisfy constraint: '
      + 'Member must have length less than or equal to 65536');
  }
}

/** The SDKs and the CLI make one up when their caller gives none. */
function tokenOf({ ClientRequestToken: token }: PutRequest): string {
  if (token === undefined) throw new AwsError('InvalidRequestException', NO_TOKEN);
  if (token.length >= 32 && token.length <= 64) return token;
  throw invalidParameter('ClientRequestToken must be between 32 and 64 characters long.');
}

function contextOf(secret: Secret | undefined): Context {
  const tags = Object.entries(secret?.tags ?? {})
    .flatMap(([key, value]) => [[`aws:ResourceTag/${key}`, value], [`secretsmanager:ResourceTag/${key}`, value]]);
  const lambda = secret?.rotation?.lambdaArn;
  return {
    ...Object.fromEntries(tags) as Context,
    ...(lambda !== undefined ? { 'secretsmanager:resource/AllowRotationLambdaArn': lambda } : {}),
  };
}

/** Fields without a value are left out. */
function describe(secret: Secret) {
  const labelled = [...secret.versions.values()].filter(version => version.labels.size > 0);
  const tags = Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    ARN: secret.arn,
    Name: secret.name,
    KmsKeyId: secret.kmsKeyId,
    RotationEnabled: secret.rotation?.enabled,
    RotationLambdaARN: secret.rotation?.lambdaArn,
    RotationRules: secret.rotation?.rules,
    CreatedDate: new Date(secret.createdDate),
    LastChangedDate: new Date(secret.lastChangedDate),
    LastRotatedDate: secret.rotation?.enabled ? dateOf(secret.lastRotatedDate) : undefined,
    NextRotationDate: nextRotationDate(secret),
    DeletedDate: dateOf(secret.deletedDate),
    Tags: tags.length === 0 ? undefined : tags,
    VersionIdsToStages: labelled.length === 0 ? undefined : Object.fromEntries(labelled.map(version => [version.id, [...version.labels]])),
  };
}

/** A change of the value counts as a rotation. Missing for a cron expression: the world has no calendar. */
function nextRotationDate({ rotation, lastRotatedDate = 0, valueChangedDate }: Secret): Date | undefined {
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression } = rotation?.rules ?? {};
  const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(String(expression)) ?? ['', days, 'day'];
  if (!rotation?.enabled || count === undefined) return undefined;
  const since = Math.max(lastRotatedDate, valueChangedDate, rotation.scheduledAt ?? 0);
  return new Date(since + Number(count) * (unit === 'hour' ? HOUR : 24 * HOUR));
}

function dateOf(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds);
}

function listVersions(secret: Secret, includeDeprecated: boolean) {
  const versions = [...secret.versions.values()].filter(version => version.value && (includeDeprecated || version.labels.size > 0));
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: versions.map(version => ({
      VersionId: version.id,
      VersionStages: version.labels.size > 0 ? [...version.labels] : undefined,
      KmsKeyIds: [version.kmsKeyId ?? 'DefaultEncryptionKey'],
      CreatedDate: new Date(version.createdDate),
    })),
  };
}
