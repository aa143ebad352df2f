import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient, SendCommandCommand } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from 'vitest';
import { Deployment, World } from '../index';
import { StackScenario } from './stack-scenario';
import { FUNCTION, GROUP, MEMBERSHIP, PERMISSION, ROLE, SCHEDULE, SECRET, USER, WITH_ROTATION } from './stack-template';
import { TemplateResource } from './template';

const MAY_READ = {
  PolicyName: 'Read', PolicyDocument: { Statement: { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' } },
};
const READ: TemplateResource = { Type: 'AWS::IAM::Policy', Properties: { ...MAY_READ, Roles: [{ Ref: 'Role' }] } };
const DOCUMENT: TemplateResource = {
  Type: 'AWS::SSM::Document',
  Properties: { Content: { schemaVersion: '2.2', mainSteps: [{ action: 'aws:runShellScript', name: 'Apply', inputs: { runCommand: ['true'] } }] } },
};

let scenario: StackScenario;
let world: World;

beforeEach(() => start({}));

function start(options: ConstructorParameters<typeof StackScenario>[0]): void {
  scenario = new StackScenario(options);
  ({ world } = scenario);
}

/** Creates a stack and takes all but the rest away again. */
async function shrink(resources: Record<string, TemplateResource>, rest: Record<string, TemplateResource>): Promise<Deployment> {
  await scenario.create(resources);
  const before = scenario.stack.deployment;
  await scenario.stack.update({ Resources: rest });
  return before;
}

describe('a user', () => {
  const USERS = { Group: GROUP, User: USER, Membership: MEMBERSHIP };

  it('with access keys is not deleted', async () => {
    await scenario.create(USERS);
    world.iam.createAccessKey(scenario.stack.deployment.users.User.name);
    await expect(scenario.stack.delete()).rejects.toMatchObject({
      logicalId: 'User', reason: 'Cannot delete entity, must delete access keys first.',
    });
    expect(scenario.news()).toEqual(['Membership DELETE_COMPLETE', 'User DELETE_FAILED', 'Group DELETE_COMPLETE', 'Mail DELETE_FAILED']);
  });

  it('with access keys is deleted by a CloudFormation that deletes them first', async () => {
    start({ deletesAccessKeys: true });
    await scenario.create(USERS);
    const { users: { User } } = scenario.stack.deployment;
    world.iam.createAccessKey(User.name);
    await scenario.stack.delete();
    expect(world.iam.keysOf(User.name)).toEqual([]);
    expect(() => world.iam.user(User.name)).toThrow(expect.objectContaining({ code: 'NoSuchEntity' }));
  });

  it('is taken out of its groups', async () => {
    const Member = { Type: 'AWS::IAM::User', Properties: { Groups: [{ Ref: 'Group' }] } };
    const { users } = await shrink({ Group: GROUP, Member }, { Group: GROUP });
    expect(() => world.iam.user(users.Member.name)).toThrow();
  });

  it('keeps its group from being deleted', async () => {
    await scenario.create({ Group: GROUP });
    const { groups: { Group } } = scenario.stack.deployment;
    world.iam.createUser({ name: 'guest' });
    world.iam.addUserToGroup('guest', Group.name);
    await expect(scenario.stack.delete()).rejects.toMatchObject({ reason: 'Cannot delete entity, must remove users from group first.' });
  });
});

describe('a policy', () => {
  it('that is deleted leaves its role without the right, also in a session that has begun', async () => {
    await scenario.create({ Secret: SECRET, Role: ROLE, Read: READ });
    const { roles: { Role } } = scenario.stack.deployment;
    const client = new SecretsManagerClient({ ...world.clientConfig(Role.arn), maxAttempts: 1 });
    await client.send(new GetSecretValueCommand({ SecretId: 'smtp' }));
    await scenario.stack.update({ Resources: { Secret: SECRET, Role: ROLE } });
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'smtp' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('that is managed is taken from its users', async () => {
    const Managed = { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: [] }, Users: [{ Ref: 'User' }] } };
    const { users, resources } = await shrink({ User: USER, Managed }, { User: USER });
    expect([...users.User.managedPolicyArns]).toEqual([]);
    expect(() => world.iam.managedPolicy(resources.Managed.ref)).toThrow();
  });

  it('of a secret is taken from it', async () => {
    const Policy = { Type: 'AWS::SecretsManager::ResourcePolicy', Properties: { SecretId: { Ref: 'Secret' }, ResourcePolicy: { Statement: [] } } };
    const { secrets } = await shrink({ Secret: SECRET, Policy }, { Secret: SECRET });
    expect(secrets.Secret.resourcePolicy).toBeUndefined();
  });
});

describe('a role', () => {
  it('that is deleted leaves its sessions without rights', async () => {
    const Role = { Type: 'AWS::IAM::Role', Properties: { Policies: [MAY_READ] } };
    await scenario.create({ Secret: SECRET, Role });
    const client = new SecretsManagerClient({ ...world.clientConfig(scenario.stack.deployment.roles.Role.arn), maxAttempts: 1 });
    await client.send(new GetSecretValueCommand({ SecretId: 'smtp' }));
    await scenario.stack.update({ Resources: { Secret: SECRET } });
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'smtp' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('a rotation schedule', () => {
  const { Schedule: _, ...WITHOUT_SCHEDULE } = WITH_ROTATION;

  it('that is deleted cancels the rotation after the step that is running', async () => {
    scenario.onStep = async () => scenario.clock.sleep(60_000);
    const { secrets: { Secret } } = await shrink(WITH_ROTATION, WITHOUT_SCHEDULE);
    await world.rotation.idle();
    expect(scenario.steps).toEqual(['createSecret']);
    expect(world.rotation.outcomes).toMatchObject([{ succeeded: false, abandoned: true }]);
    const description = await new SecretsManagerClient(world.clientConfig()).send(new DescribeSecretCommand({ SecretId: Secret.arn }));
    expect(description).toMatchObject({ RotationEnabled: false, RotationLambdaARN: expect.stringContaining(':function:Mail-Function-') });
    expect(Object.values(description.VersionIdsToStages ?? {}).flat().sort()).toEqual(['AWSCURRENT', 'AWSPENDING']);
  });
});

describe('a secret', () => {
  it('is deleted without a recovery window: its name is free at once', async () => {
    await shrink({ Secret: SECRET, User: USER }, { User: USER });
    expect(world.setupSecret({ name: 'smtp', value: 'x' }).name).toBe('smtp');
  });
});

describe('a function', () => {
  const BASE = { Secret: SECRET, Role: ROLE };

  it('that is deleted can no longer rotate, nor answer', async () => {
    const { functions } = await shrink({ ...BASE, Function: FUNCTION, Permission: PERMISSION, Schedule: SCHEDULE }, BASE);
    await world.rotation.idle();
    expect(world.functions.find(functions.Function.name)).toBeUndefined();
    await expect(world.rotation.rotate('smtp')).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('loses the permission that is deleted, and no other', async () => {
    const Other = { ...PERMISSION, Properties: { ...PERMISSION.Properties, Principal: 'events.amazonaws.com' } };
    const { functions } = await shrink({ ...BASE, Function: FUNCTION, Permission: PERMISSION, Other }, { ...BASE, Function: FUNCTION, Other });
    expect(functions.Function.permissions).toMatchObject([{ principal: 'events.amazonaws.com' }]);
  });

  it('is no longer called by a rule that is deleted', async () => {
    const Rule = {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: 'rate(1 hour)', Targets: [{ Arn: { 'Fn::GetAtt': ['Function', 'Arn'] }, Input: '{}' }] },
    };
    await shrink({ ...BASE, Function: FUNCTION, Rule }, { ...BASE, Function: FUNCTION });
    expect(world.eventRules.rules).toEqual([]);
  });
});

describe('a document', () => {
  it('that is deleted cannot be sent', async () => {
    const { documents } = await shrink({ Document: DOCUMENT, User: USER }, { User: USER });
    const command = new SendCommandCommand({ DocumentName: documents.Document.name, InstanceIds: ['i-0123456789abcdef0'] });
    await expect(new SSMClient({ ...world.clientConfig(), maxAttempts: 1 }).send(command)).rejects.toMatchObject({ name: 'InvalidDocument' });
  });

  it('is no longer run by an association that is deleted', async () => {
    const Association = { Type: 'AWS::SSM::Association', Properties: { Name: { Ref: 'Document' }, Targets: [{ Key: 'tag:A', Values: ['b'] }] } };
    await shrink({ Document: DOCUMENT, Association }, { Document: DOCUMENT });
    const node = { instanceId: 'i-0123456789abcdef0', platformType: 'Linux', tags: { A: 'b' }, resourceGroups: [], run: () => { throw new Error('runs'); } };
    expect(await world.stateManager.join(node as never)).toEqual([]);
  });
});

describe('a key', () => {
  it('that is deleted cannot be used, and has no alias', async () => {
    const Key = { Type: 'AWS::KMS::Key' };
    const Alias = { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/mail', TargetKeyId: { Ref: 'Key' } } };
    const { keys } = await shrink({ Key, Alias, User: USER }, { User: USER });
    world.setupSecret({ name: 'smtp', value: 'x', kmsKeyId: keys.Key.arn });
    expect(() => world.kms.key('alias/mail')).toThrow();
    await expect(new SecretsManagerClient({ ...world.clientConfig(), maxAttempts: 1 }).send(new GetSecretValueCommand({ SecretId: 'smtp' })))
      .rejects.toMatchObject({ name: 'KMSInvalidStateException' });
  });
});
