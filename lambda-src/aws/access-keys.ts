import {
  AccessKeyMetadata, CreateAccessKeyCommand, DeleteAccessKeyCommand, GetAccessKeyLastUsedCommand, IAMClient, ListAccessKeysCommand,
  ListAccessKeysCommandOutput, UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { UnreachableError } from './unreachable';
import { describe, isAwsError, RotationError } from '../basics/errors';
import { SecretText } from '../basics/secret-text';

/** IAM's limit for a user, inactive keys included. It cannot be raised. */
export const KEY_SLOTS = 2;

export interface AccessKey {
  readonly id: string;
  readonly active: boolean;
  readonly createdAt: number;
}

export interface NewAccessKey {
  readonly id: string;
  readonly secret: SecretText;
}

export interface LastUse {
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

/** The access keys of the only user whose keys the function may change. */
export class AccessKeys {
  /**
   * @param client for calls that may be repeated
   * @param singleTryClient a client that never retries: CreateAccessKey takes no idempotency token,
   *   so a retry after a lost reply would create a second key
   */
  constructor(
    private readonly client: IAMClient,
    private readonly singleTryClient: IAMClient,
    public readonly userName: string,
  ) {}

  public ofUser(userName: string): AccessKeys {
    return new AccessKeys(this.client, this.singleTryClient, userName);
  }

  public async list(): Promise<AccessKey[]> {
    const found: AccessKeyMetadata[] = [];
    let marker: string | undefined;
    do {
      const page: ListAccessKeysCommandOutput = await this.client.send(
        new ListAccessKeysCommand({ UserName: this.userName, Marker: marker }));
      found.push(...page.AccessKeyMetadata ?? []);
      marker = page.IsTruncated ? page.Marker : undefined;
    } while (marker);
    return found.map(key => ({
      id: key.AccessKeyId!, active: key.Status === 'Active', createdAt: key.CreateDate!.getTime(),
    }));
  }

  /** Undefined if IAM has recorded no use. It may record one late, or never. */
  public async lastUse(id: string): Promise<LastUse | undefined> {
    const { AccessKeyLastUsed: use } = await this.client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
    return use?.LastUsedDate && { at: use.LastUsedDate.getTime(), service: use.ServiceName!, region: use.Region! };
  }

  public async create(): Promise<NewAccessKey> {
    try {
      const { AccessKey: key } = await this.singleTryClient.send(new CreateAccessKeyCommand({ UserName: this.userName }));
      return { id: key!.AccessKeyId!, secret: new SecretText(key!.SecretAccessKey!) };
    } catch (cause) {
      if (cause instanceof UnreachableError) throw cause;
      const section = isAwsError(cause, 'LimitExceeded') ? 'limitexceeded' : 'another-error-of-aws';
      throw new RotationError(`no access key could be created for user "${this.userName}": ${describe(cause)}; fix what the error names and rotate again, `
        + 'or wait for the retry, which deletes or names a key that this attempt may have left behind', section, { cause });
    }
  }

  /** Deactivates a key. A key that no longer exists is no error. */
  public async deactivate(id: string): Promise<void> {
    await ignoreMissing(this.client.send(new UpdateAccessKeyCommand({ UserName: this.userName, AccessKeyId: id, Status: 'Inactive' })));
  }

  /** Deletes a key. A key that no longer exists is no error. */
  public async delete(id: string): Promise<void> {
    await ignoreMissing(this.client.send(new DeleteAccessKeyCommand({ UserName: this.userName, AccessKeyId: id })));
  }
}

async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isAwsError(error, 'NoSuchEntity')) throw error;
  }
}
