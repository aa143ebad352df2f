import { AwsError } from './aws-error';
import { Environment } from '../environment';
import { Principal } from './permissions';
import { Context, PolicyDocument } from './policy';

export interface KmsKey {
  readonly id: string;
  readonly arn: string;
  policy: PolicyDocument;
  pendingDeletion?: boolean;
}

/** Customer managed keys, as far as other services use them for their callers. */
export class Kms {
  private readonly keys = new Map<string, KmsKey>();
  private readonly aliases = new Map<string, string>();

  constructor(private readonly environment: Environment) {}

  /** Without a policy the key leaves everything to the account's own policies, as the console makes it. */
  public createKey(policy?: PolicyDocument): KmsKey {
    const { partition, region, account, random } = this.environment;
    const id = random.uuid();
    const root = `arn:${partition}:iam::${account}:root`;
    const key = {
      id,
      arn: `arn:${partition}:kms:${region}:${account}:key/${id}`,
      policy: policy ?? { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' } },
    };
    this.keys.set(key.arn, key);
    return key;
  }

  public createAlias(name: string, keyId: string): void {
    this.aliases.set(name, this.key(keyId).arn);
  }

  public deleteAlias(name: string): void {
    this.aliases.delete(name);
  }

  /** From that moment, the key cannot be used. */
  public scheduleDeletion(id: string): void {
    this.key(id).pendingDeletion = true;
  }

  /** By id, ARN, alias or alias ARN. */
  public key(id: string): KmsKey {
    const alias = this.aliases.get(id.replace(/^arn:.*:(?=alias\/)/, ''));
    const key = this.keys.get(alias ?? id) ?? [...this.keys.values()].find(candidate => candidate.id === id);
    if (!key) throw new AwsError('NotFoundException', `Key '${id}' does not exist`);
    return key;
  }

  /** Uses the key for the caller of another service. */
  public use(principal: Principal, keyId: string, actions: string[], service: string, encryptionContext: Record<string, string>): void {
    const key = this.key(keyId);
    if (key.pendingDeletion) throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
    const context = this.contextOf(principal, service, encryptionContext);
    const refused = actions.some(action => !this.environment.permissions.isAllowed({
      principal, action, resource: key.arn, context, resourcePolicy: key.policy, resourcePolicyDecides: true,
    }));
    if (refused) throw new AwsError('AccessDeniedException', 'Access to KMS is not allowed');
  }

  private contextOf(principal: Principal, service: string, encryptionContext: Record<string, string>): Context {
    const { region, urlSuffix } = this.environment;
    const entries = Object.entries(encryptionContext).map(([key, value]) => [`kms:EncryptionContext:${key}`, value]);
    return {
      'kms:ViaService': `${service}.${region}.${urlSuffix}`,
      'kms:CallerAccount': principal.account,
      'kms:EncryptionContextKeys': Object.keys(encryptionContext),
      ...Object.fromEntries(entries),
    };
  }
}
