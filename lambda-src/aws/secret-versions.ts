import {
  CancelRotateSecretCommand, DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, RotateSecretCommand, SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { isAwsError } from '../basics/errors';
import { SecretText } from '../basics/secret-text';
import { CURRENT, holderOf, isCurrent, PENDING } from '../secret/labels';

export interface SecretVersion {
  readonly id: string;
  readonly stages: string[];
  readonly value: SecretText;
  readonly secretArn: string;
  readonly createdAt: number;
}

export interface SecretDescription {
  readonly createdAt: number;
  readonly changedAt: number;
  /** Whether someone has deleted it and it can still be restored. Until it is, Secrets Manager refuses everything except its description. */
  readonly isDeleted: boolean;
  readonly rotationEnabled: boolean;
  /** The function with which Secrets Manager rotates the secret. */
  readonly rotationFunctionArn?: string;
  /** Undefined before the first rotation. */
  readonly rotatedAt?: number;
  /** The latest time at which the next rotation should begin. It is in the past if that rotation did not run. */
  readonly rotationDueAt?: number;
  /** The labelled versions: version id to labels. A version without a value is among them. */
  readonly stages: Map<string, string[]>;
}

/** The versions of the only secret that the function may change, and their staging labels. */
export class SecretVersions {
  constructor(private readonly client: SecretsManagerClient, private readonly secretId: string) {}

  public ofSecret(secretId: string): SecretVersions {
    return new SecretVersions(this.client, secretId);
  }

  public async describe(): Promise<SecretDescription> {
    const found = await this.client.send(new DescribeSecretCommand({ SecretId: this.secretId }));
    const labelled = Object.entries(found.VersionIdsToStages ?? {}).filter(([, stages]) => stages.length > 0);
    return {
      createdAt: timeOf(found.CreatedDate),
      changedAt: timeOf(found.LastChangedDate),
      isDeleted: found.DeletedDate !== undefined,
      rotationEnabled: found.RotationEnabled ?? false,
      rotationFunctionArn: found.RotationLambdaARN,
      rotatedAt: found.LastRotatedDate?.getTime(),
      rotationDueAt: found.NextRotationDate?.getTime(),
      stages: new Map(labelled),
    };
  }

  /** The labelled versions: version id to labels. A version without a value is among them. */
  public async stages(): Promise<Map<string, string[]>> {
    return (await this.describe()).stages;
  }

  /** A version with its value; undefined if it has none. */
  public async get(id: string): Promise<SecretVersion | undefined> {
    return this.read({ VersionId: id });
  }

  public async getCurrent(): Promise<SecretVersion | undefined> {
    return this.read({ VersionStage: CURRENT });
  }

  /** Starts a rotation. While one is unfinished, Secrets Manager refuses, and retries that one. */
  public async startRotation(): Promise<void> {
    await this.client.send(new RotateSecretCommand({ SecretId: this.secretId }));
  }

  /** Cancels the rotation: no further step begins, and AWSPENDING stays where it is. */
  public async cancelRotation(): Promise<void> {
    await this.client.send(new CancelRotateSecretCommand({ SecretId: this.secretId }));
  }

  /** Stores the value of the pending version. Storing the same value again changes nothing; a different value is refused. */
  public async putPending(id: string, value: SecretText): Promise<void> {
    await this.client.send(new PutSecretValueCommand({
      SecretId: this.secretId, ClientRequestToken: id, SecretString: value.reveal(), VersionStages: [PENDING],
    }));
  }

  /** Moves AWSCURRENT to a version; Secrets Manager also moves AWSPREVIOUS. Succeeds if another invocation has just done so. */
  public async makeCurrent(id: string, present: string | undefined): Promise<void> {
    try {
      await this.client.send(new UpdateSecretVersionStageCommand({
        SecretId: this.secretId, VersionStage: CURRENT, MoveToVersionId: id, RemoveFromVersionId: present,
      }));
    } catch (error) {
      const hasMoved = isAwsError(error, 'InvalidParameter') && holderOf(await this.stages(), isCurrent) === id;
      if (!hasMoved) throw error;
    }
  }

  public async attach(label: string, id: string): Promise<void> {
    await this.client.send(new UpdateSecretVersionStageCommand({
      SecretId: this.secretId, VersionStage: label, MoveToVersionId: id,
    }));
  }

  public async detach(label: string, id: string): Promise<void> {
    await this.client.send(new UpdateSecretVersionStageCommand({
      SecretId: this.secretId, VersionStage: label, RemoveFromVersionId: id,
    }));
  }

  public async detachAll(labels: readonly string[], id: string): Promise<void> {
    for (const label of labels) await this.detach(label, id);
  }

  private async read(which: { VersionId?: string; VersionStage?: string }): Promise<SecretVersion | undefined> {
    try {
      const found = await this.client.send(new GetSecretValueCommand({ SecretId: this.secretId, ...which }));
      return {
        id: found.VersionId!,
        stages: found.VersionStages ?? [],
        value: new SecretText(found.SecretString ?? ''),
        secretArn: found.ARN!,
        createdAt: timeOf(found.CreatedDate),
      };
    } catch (error) {
      if (isAwsError(error, 'ResourceNotFound')) return undefined;
      throw error;
    }
  }
}

function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? 0;
}
