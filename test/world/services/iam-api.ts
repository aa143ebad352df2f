import { AwsError } from './aws-error';
import { AccessKey, Iam, LastUse, User } from './iam';
import { Operation, operation } from './operation';
import { Principal } from './permissions';
import { Environment } from '../environment';

/** IAM's actions as callers see them, with permissions and pages. */
export class IamApi {
  constructor(private readonly environment: Environment, private readonly iam: Iam) {}

  public operations(): Record<string, Operation> {
    return {
      GetUser: operation<UserRequest>((request, caller) => ({ User: describeUser(this.authorizedUser('GetUser', request, caller)) })),
      CreateAccessKey: operation<UserRequest>((request, caller) => {
        const key = this.iam.createAccessKey(this.authorizedUser('CreateAccessKey', request, caller).name);
        return { AccessKey: { ...describeKey(key), SecretAccessKey: key.secretAccessKey } };
      }),
      ListAccessKeys: operation<UserRequest & PageRequest>((request, caller) =>
        this.listAccessKeys(this.authorizedUser('ListAccessKeys', request, caller).name, request)),
      UpdateAccessKey: operation<KeyRequest>((request, caller) => {
        this.iam.updateAccessKey(this.authorizedUser('UpdateAccessKey', request, caller).name, request.AccessKeyId, request.Status ?? '');
      }),
      DeleteAccessKey: operation<KeyRequest>((request, caller) => {
        this.iam.deleteAccessKey(this.authorizedUser('DeleteAccessKey', request, caller).name, request.AccessKeyId);
      }),
      GetAccessKeyLastUsed: operation<KeyRequest>((request, caller) => {
        const key = this.iam.findAccessKey(request.AccessKeyId);
        if (!key) throw noSuchKeyToAskAbout(request.AccessKeyId, caller);
        this.authorizedUser('GetAccessKeyLastUsed', { UserName: key.userName }, caller);
        return { UserName: key.userName, AccessKeyLastUsed: describeUse(this.iam.lastUse(key.accessKeyId)) };
      }),
    };
  }

  /** AWS checks the permission first, so that nobody learns which users exist. */
  private authorizedUser(action: string, request: UserRequest, caller: Principal): User {
    const name = request.UserName ?? caller.userName;
    if (name === undefined) throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
    const { partition, account, permissions } = this.environment;
    const resource = this.iam.findUser(name)?.arn ?? `arn:${partition}:iam::${account}:user/${name}`;
    permissions.require({ principal: caller, action: `iam:${action}`, resource });
    return this.iam.user(name);
  }

  private listAccessKeys(userName: string, page: PageRequest) {
    const visible = this.iam.keysOf(userName).filter(key => key.createDate.getTime() + this.iam.listingDelay <= this.environment.clock.now());
    const start = page.Marker === undefined ? 0 : Number(page.Marker);
    const end = start + Number(page.MaxItems ?? 100);
    const IsTruncated = end < visible.length;
    return { AccessKeyMetadata: visible.slice(start, end).map(describeKey), IsTruncated, ...(IsTruncated ? { Marker: String(end) } : {}) };
  }
}

interface UserRequest {
  readonly UserName?: string;
}

interface KeyRequest extends UserRequest {
  readonly AccessKeyId: string;
  readonly Status?: string;
}

interface PageRequest {
  readonly MaxItems?: string;
  readonly Marker?: string;
}

function describeUser(user: User) {
  return { Path: user.path, UserName: user.name, UserId: user.id, Arn: user.arn, CreateDate: user.createDate };
}

function describeKey(key: AccessKey) {
  return { UserName: key.userName, AccessKeyId: key.accessKeyId, Status: key.status, CreateDate: key.createDate };
}

function describeUse(use?: LastUse) {
  return use ? { LastUsedDate: new Date(use.at), ServiceName: use.service, Region: use.region } : { ServiceName: 'N/A', Region: 'N/A' };
}

/** Without a key there is no user whose policy could allow to ask about it. */
function noSuchKeyToAskAbout(accessKeyId: string, { arn }: Principal): AwsError {
  return new AwsError('AccessDenied', `User: ${arn} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key ${accessKeyId}`, 403);
}
