import { createHash } from 'node:crypto';
import { AwsError } from './aws-error';
import { Environment } from '../environment';
import { Principal } from './permissions';
import { Context, PolicyDocument } from './policy';

export interface AccessKey {
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  status: 'Active' | 'Inactive';
  readonly createDate: Date;
}

/** Whoever policies can be given to. */
export interface Identity {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly inlinePolicies: Map<string, PolicyDocument>;
  readonly managedPolicyArns: Set<string>;
  permissionsBoundary?: string;
}

export interface User extends Identity {
  readonly id: string;
  readonly createDate: Date;
  readonly groups: Set<string>;
}

export interface IdentityOptions {
  readonly name: string;
  readonly path?: string;
  readonly permissionsBoundary?: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const KEYS_PER_USER = 2;
const ALLOW_ALL: PolicyDocument = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const WRITE_LOGS: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
};
/** What the agent needs of Systems Manager, and no secret. */
const RUN_AGENT: PolicyDocument = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: ['ssm:GetDocument', 'ssm:DescribeDocument', 'ssm:GetParameter', 'ssm:GetParameters', 'ssm:UpdateInstanceInformation', 'ssmmessages:*', 'ec2messages:*'],
    Resource: '*',
  },
};
const AWS_MANAGED: Record<string, PolicyDocument> = {
  'AdministratorAccess': ALLOW_ALL,
  'AmazonSSMManagedInstanceCore': RUN_AGENT,
  'PowerUserAccess': { Version: '2012-10-17', Statement: { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' } },
  'service-role/AWSLambdaBasicExecutionRole': WRITE_LOGS,
  'service-role/AWSLambdaVPCAccessExecutionRole': WRITE_LOGS,
};

/** When and where a key was used last. */
export interface LastUse {
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

export class Iam {
  /** Every access key that ever existed, for tests that look for leaks. */
  public readonly issuedKeys: AccessKey[] = [];
  /** Milliseconds until ListAccessKeys shows a new key. */
  public listingDelay = 0;
  /** Whether logins by SMTP count as use. AWS does not document it. */
  public recordsSmtp = true;

  private readonly users = new Map<string, User>();
  private readonly groups = new Map<string, Identity>();
  private readonly roles = new Map<string, Identity>();
  private readonly managedPolicies = new Map<string, PolicyDocument>();
  private readonly keys = new Map<string, AccessKey>();
  private readonly sessions = new Map<string, Principal>();
  private readonly lastUses = new Map<string, LastUse>();

  constructor(private readonly environment: Environment) {}

  public get issuedSecrets(): string[] {
    return this.issuedKeys.map(({ secretAccessKey }) => secretAccessKey);
  }

  public get userNames(): string[] {
    return [...this.users.keys()];
  }

  public get roleNames(): string[] {
    return [...this.roles.keys()];
  }

  public createUser(options: IdentityOptions): User {
    if (this.users.has(options.name)) throw alreadyExists('User', options.name);
    const identity = this.identity('user', options);
    const user = { ...identity, id: userIdOf(identity), createDate: new Date(this.environment.clock.now()), groups: new Set<string>() };
    this.users.set(user.name, user);
    return user;
  }

  public createGroup(options: IdentityOptions): Identity {
    if (this.groups.has(options.name)) throw alreadyExists('Group', options.name);
    const group = this.identity('group', options);
    this.groups.set(group.name, group);
    return group;
  }

  public createRole(options: IdentityOptions): Identity {
    if (this.roles.has(options.name)) throw alreadyExists('Role', options.name);
    const role = this.identity('role', options);
    this.roles.set(role.name, role);
    return role;
  }

  public putManagedPolicy(arn: string, document: PolicyDocument): void {
    this.managedPolicies.set(arn, document);
  }

  public addUserToGroup(userName: string, groupName: string): void {
    this.group(groupName);
    this.user(userName).groups.add(groupName);
  }

  public removeUserFromGroup(userName: string, groupName: string): void {
    this.group(groupName);
    this.user(userName).groups.delete(groupName);
  }

  public findUser(name: string): User | undefined {
    return this.users.get(name);
  }

  public user(name: string): User {
    return this.users.get(name) ?? fail(noSuchEntity(`The user with name ${name} cannot be found.`));
  }

  public group(name: string): Identity {
    return this.groups.get(name) ?? fail(noSuchEntity(`The group with name ${name} cannot be found.`));
  }

  /** By name or ARN. */
  public role(nameOrArn: string): Identity {
    const name = nameOrArn.split('/').at(-1) ?? nameOrArn;
    return this.roles.get(name) ?? fail(noSuchEntity(`The role with name ${name} cannot be found.`));
  }

  public managedPolicy(arn: string): PolicyDocument {
    const awsManaged = AWS_MANAGED[arn.replace(/^arn:[^:]+:iam::aws:policy\//, '')];
    return this.managedPolicies.get(arn) ?? awsManaged ?? fail(noSuchEntity(`Policy ${arn} does not exist or is not attachable.`));
  }

  public deleteUser(name: string): void {
    const user = this.user(name);
    if (this.keysOf(name).length > 0) throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete access keys first.', 409);
    if (user.groups.size > 0) throw new AwsError('DeleteConflict', 'Cannot delete entity, must remove users from group first.', 409);
    this.users.delete(name);
  }

  public deleteGroup(name: string): void {
    const members = [...this.users.values()].filter(({ groups }) => groups.has(this.group(name).name));
    if (members.length > 0) throw new AwsError('DeleteConflict', 'Cannot delete entity, must remove users from group first.', 409);
    this.groups.delete(name);
  }

  /** Its sessions stay, and may do nothing any more. */
  public deleteRole(name: string): void {
    const role = this.role(name);
    role.inlinePolicies.clear();
    role.managedPolicyArns.clear();
    this.roles.delete(role.name);
  }

  public deleteManagedPolicy(arn: string): void {
    this.managedPolicy(arn);
    this.managedPolicies.delete(arn);
  }

  public createAccessKey(userName: string): AccessKey {
    this.user(userName);
    if (this.keysOf(userName).length >= KEYS_PER_USER) {
      throw new AwsError('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}`, 409);
    }
    const { random, clock } = this.environment;
    const key: AccessKey = {
      userName,
      accessKeyId: `AKIA${random.upper(16)}`,
      secretAccessKey: random.secretKey(),
      status: 'Active',
      createDate: new Date(clock.now()),
    };
    this.keys.set(key.accessKeyId, key);
    this.issuedKeys.push(key);
    return key;
  }

  public deleteAccessKey(userName: string, accessKeyId: string): void {
    this.keys.delete(this.keyOf(userName, accessKeyId).accessKeyId);
  }

  public updateAccessKey(userName: string, accessKeyId: string, status: string): void {
    if (status !== 'Active' && status !== 'Inactive') throw new AwsError('ValidationError', `Value '${status}' at 'status' failed to satisfy constraint`);
    this.keyOf(userName, accessKeyId).status = status;
  }

  public keysOf(userName: string): AccessKey[] {
    return [...this.keys.values()].filter(key => key.userName === userName);
  }

  public findAccessKey(accessKeyId: string): AccessKey | undefined {
    return this.keys.get(accessKeyId);
  }

  /** SES has accepted a login. */
  public noteLogin(accessKeyId: string, region: string): void {
    if (this.recordsSmtp) this.lastUses.set(accessKeyId, { at: this.environment.clock.now(), service: 'ses-smtp', region });
  }

  public lastUse(accessKeyId: string): LastUse | undefined {
    return this.lastUses.get(accessKeyId);
  }

  /** What SES asks before it takes a message from the user. */
  public isAllowed(userName: string, action: string, resource: string, context: Context = {}): boolean {
    return this.environment.permissions.isAllowed({ principal: this.userPrincipal(this.user(userName)), action, resource, context });
  }

  /** Temporary credentials of a role, as its function or its instance gets them. */
  public credentialsFor(roleArn: string): Credentials {
    const role = this.role(roleArn);
    const { partition, account } = this.environment;
    return this.openSession({
      arn: `arn:${partition}:sts::${account}:assumed-role/${role.name}/session`,
      identityArn: role.arn,
      account,
      policies: () => this.policiesOf(role),
      boundary: () => this.boundaryOf(role),
    });
  }

  /** Credentials of a person who may do everything. */
  public administratorCredentials(): Credentials {
    const { partition, account } = this.environment;
    return this.openSession({
      arn: `arn:${partition}:sts::${account}:assumed-role/Administrator/person`,
      identityArn: `arn:${partition}:iam::${account}:role/Administrator`,
      account,
      unrestricted: true,
      policies: () => [ALLOW_ALL],
    });
  }

  /** The caller behind an access key id, unless the key is unknown or inactive. */
  public authenticate(accessKeyId: string): Principal | undefined {
    const session = this.sessions.get(accessKeyId);
    if (session) return session;
    const key = this.keys.get(accessKeyId);
    return key?.status === 'Active' ? this.userPrincipal(this.user(key.userName)) : undefined;
  }

  private identity(kind: string, options: IdentityOptions): Identity {
    if (!/^[\w+=,.@-]{1,128}$/.test(options.name)) throw new AwsError('ValidationError', `The specified value for ${kind}Name is invalid: ${options.name}`);
    if (options.permissionsBoundary !== undefined) this.managedPolicy(options.permissionsBoundary);
    const { partition, account } = this.environment;
    const path = options.path ?? '/';
    return {
      name: options.name,
      path,
      arn: `arn:${partition}:iam::${account}:${kind}${path}${options.name}`,
      inlinePolicies: new Map(),
      managedPolicyArns: new Set(),
      permissionsBoundary: options.permissionsBoundary,
    };
  }

  private openSession(principal: Principal): Credentials {
    const { random } = this.environment;
    const credentials = {
      accessKeyId: `ASIA${random.upper(16)}`,
      secretAccessKey: random.secretKey(),
      sessionToken: random.alphanumeric(120),
    };
    this.sessions.set(credentials.accessKeyId, principal);
    return credentials;
  }

  private userPrincipal(user: User): Principal {
    return {
      arn: user.arn,
      identityArn: user.arn,
      account: this.environment.account,
      userName: user.name,
      policies: () => [user, ...[...user.groups].map(name => this.group(name))].flatMap(identity => this.policiesOf(identity)),
      boundary: () => this.boundaryOf(user),
    };
  }

  private policiesOf(identity: Identity): PolicyDocument[] {
    return [...identity.inlinePolicies.values(), ...[...identity.managedPolicyArns].map(arn => this.managedPolicy(arn))];
  }

  private boundaryOf(identity: Identity): PolicyDocument | undefined {
    return identity.permissionsBoundary === undefined ? undefined : this.managedPolicy(identity.permissionsBoundary);
  }

  private keyOf(userName: string, accessKeyId: string): AccessKey {
    this.user(userName);
    const key = this.keys.get(accessKeyId);
    return key?.userName === userName ? key : fail(noSuchKey(accessKeyId));
  }
}

/** From the ARN, so that users take no part in what chance makes. */
function userIdOf({ arn }: Identity): string {
  return `AIDA${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`;
}

function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, 404);
}

function noSuchKey(accessKeyId: string): AwsError {
  return noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
}

function alreadyExists(kind: string, name: string): AwsError {
  return new AwsError('EntityAlreadyExists', `${kind} with name ${name} already exists.`, 409);
}

function fail(error: Error): never {
  throw error;
}
