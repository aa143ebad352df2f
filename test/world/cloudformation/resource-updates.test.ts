import { GetSecretValueCommand, ListSecretVersionIdsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { Deployment, World } from '../index';
import { StackScenario } from './stack-scenario';
import { FUNCTION, GROUP, MEMBERSHIP, PERMISSION, ROLE, SCHEDULE, SECRET, USER, WITH_FUNCTION, WITH_ROTATION, having } from './stack-template';
import { TemplateResource } from './template';

const MANAGED = 'arn:aws:iam::aws:policy/PowerUserAccess';
const allow = (Action: string) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const content = (command: string) => ({
  schemaVersion: '2.2', mainSteps: [{ action: 'aws:runShellScript', name: 'Apply', inputs: { runCommand: [command] } }],
});

let scenario: StackScenario;
let world: World;

beforeEach(() => {
  scenario = new StackScenario();
  ({ world } = scenario);
});

interface Change {
  readonly before: Deployment;
  readonly after: Deployment;
  /** Whether the resource of this logical id is another one now. */
  readonly isReplaced: (id: string) => boolean;
}

async function change(from: Record<string, TemplateResource>, to: Record<string, TemplateResource>): Promise<Change> {
  await scenario.create(from);
  const before = scenario.stack.deployment;
  const after = await scenario.stack.update({ Resources: { ...from, ...to } });
  return { before, after, isReplaced: id => before.resources[id].ref !== after.resources[id].ref };
}

describe('replaced', () => {
  const FOR_ALL = having(PERMISSION, { SourceArn: 'arn:aws:secretsmanager:*:*:secret:*' });
  const SECOND = { Other: having(SECRET, { Name: 'second' }) };
  const DOCUMENT = { Type: 'AWS::SSM::Document', Properties: { Content: content('a') } };

  it.each<[string, Record<string, TemplateResource>, Record<string, TemplateResource>]>([
    ['a user by its name', { It: having(USER, { UserName: 'a' }) }, { It: having(USER, { UserName: 'b' }) }],
    ['a group by its name', { It: having(GROUP, { GroupName: 'a' }) }, { It: having(GROUP, { GroupName: 'b' }) }],
    ['a role by its name', { It: having(ROLE, { RoleName: 'a' }) }, { It: having(ROLE, { RoleName: 'b' }) }],
    ['a secret by its name', { It: SECRET }, { It: having(SECRET, { Name: 'b' }) }],
    ['a function by its name', { Secret: SECRET, Role: ROLE, It: FUNCTION }, { It: having(FUNCTION, { FunctionName: 'b' }) }],
    ['a document by its content', { It: DOCUMENT }, { It: having(DOCUMENT, { Content: content('b') }) }],
    ['a schedule by its secret', { ...WITH_FUNCTION, ...SECOND, Permission: FOR_ALL, It: SCHEDULE }, { It: having(SCHEDULE, { SecretId: { Ref: 'Other' } }) }],
    ['a permission by its principal', { Secret: SECRET, Role: ROLE, Function: FUNCTION, It: PERMISSION }, {
      It: having(PERMISSION, { Principal: 'events.amazonaws.com' }),
    }],
  ])('is %s', async (_name, from, to) => {
    expect((await change(from, to)).isReplaced('It')).toBe(true);
  });

  it('a document with a name collides with itself', async () => {
    const named = having(DOCUMENT, { Name: 'mail' });
    await expect(change({ It: named }, { It: having(named, { Content: content('b') }) })).rejects.toMatchObject({
      logicalId: 'It', status: 'UPDATE_FAILED', reason: expect.stringContaining('mail already exists'),
    });
  });
});

describe('in place, a user', () => {
  it('gets other policies, groups and another boundary', async () => {
    const from = having(USER, { Groups: [{ Ref: 'Group' }], Policies: [{ PolicyName: 'A', PolicyDocument: allow('a:*') }], ManagedPolicyArns: [MANAGED] });
    const to = having(USER, { Policies: [{ PolicyName: 'B', PolicyDocument: allow('b:*') }], PermissionsBoundary: MANAGED });
    const { after: { users: { User } }, isReplaced } = await change({ Group: GROUP, User: from }, { User: to });
    expect(isReplaced('User')).toBe(false);
    expect([[...User.groups], [...User.inlinePolicies.keys()], [...User.managedPolicyArns]]).toEqual([[], ['B'], []]);
    expect(User.permissionsBoundary).toBe(MANAGED);
  });

  it('joins and leaves a group', async () => {
    const { after: { users, groups }, isReplaced } = await change(
      { Group: GROUP, User: USER, New: USER, Membership: MEMBERSHIP }, { Membership: having(MEMBERSHIP, { Users: [{ Ref: 'New' }] }) });
    expect(isReplaced('Membership')).toBe(false);
    expect([[...users.User.groups], [...users.New.groups]]).toEqual([[], [groups.Group.name]]);
  });

  it('moves from one group to another', async () => {
    const { after: { users, groups } } = await change(
      { Group: GROUP, Next: GROUP, User: USER, Membership: MEMBERSHIP }, { Membership: having(MEMBERSHIP, { GroupName: { Ref: 'Next' } }) });
    expect([...users.User.groups]).toEqual([groups.Next.name]);
  });
});

describe('in place, a policy', () => {
  it('changes its name, its document and its roles', async () => {
    const from = { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'A', PolicyDocument: allow('a:*'), Roles: [{ Ref: 'Role' }] } };
    const to = having(from, { PolicyName: 'B', PolicyDocument: allow('b:*'), Roles: [{ Ref: 'Next' }] });
    const { after: { roles }, isReplaced } = await change({ Role: ROLE, Next: ROLE, Policy: from }, { Policy: to });
    expect(isReplaced('Policy')).toBe(false);
    expect([[...roles.Role.inlinePolicies], [...roles.Next.inlinePolicies]]).toEqual([[], [['B', allow('b:*')]]]);
  });

  it('that is managed changes its document and its users', async () => {
    const from = { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: allow('a:*'), Users: [{ Ref: 'User' }] } };
    const { after, isReplaced } = await change({ User: USER, It: from }, { It: having(from, { PolicyDocument: allow('b:*'), Users: [] }) });
    expect(isReplaced('It')).toBe(false);
    expect(world.iam.managedPolicy(after.resources.It.ref)).toEqual(allow('b:*'));
    expect([...after.users.User.managedPolicyArns]).toEqual([]);
  });

  it('of a secret or a key changes', async () => {
    const Policy = { Type: 'AWS::SecretsManager::ResourcePolicy', Properties: { SecretId: { Ref: 'Secret' }, ResourcePolicy: allow('a:*') } };
    const Key = { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: allow('kms:*') } };
    const { after } = await change({ Secret: SECRET, Policy, Key },
      { Policy: having(Policy, { ResourcePolicy: allow('b:*') }), Key: having(Key, { KeyPolicy: allow('kms:Decrypt') }) });
    expect([after.secrets.Secret.resourcePolicy, after.keys.Key.policy]).toEqual([allow('b:*'), allow('kms:Decrypt')]);
  });
});

describe('in place, a secret', () => {
  const KEYS = { One: { Type: 'AWS::KMS::Key' }, Two: { Type: 'AWS::KMS::Key' } };

  it('keeps the value that was rotated when the template leaves its own alone', async () => {
    await scenario.create({ Secret: SECRET });
    world.secretsManager.putByHand('smtp', 'rotated');
    const { secrets } = await scenario.stack.update({ Resources: { Secret: having(SECRET, { Tags: [{ Key: 'a', Value: 'b' }] }) } });
    expect(world.secretsManager.valueOf('smtp')).toBe('rotated');
    expect(secrets.Secret.tags).toEqual({ a: 'b' });
  });

  it('takes another value of the template as a new version', async () => {
    await change({ Secret: SECRET }, { Secret: having(SECRET, { SecretString: 'other' }) });
    expect([world.secretsManager.valueOf('smtp'), world.secretsManager.valueOf('smtp', 'AWSPREVIOUS')]).toEqual(['other', 'initial']);
  });

  it("has the versions with AWS's labels encrypted with its new key, and no others", async () => {
    const from = having(SECRET, { KmsKeyId: { Ref: 'One' } });
    await scenario.create({ ...KEYS, Secret: from });
    for (const value of ['two', 'three']) world.secretsManager.putByHand('smtp', value);
    const { keys } = await scenario.stack.update({ Resources: { ...KEYS, Secret: having(SECRET, { KmsKeyId: { Ref: 'Two' } }) } });
    const list = new ListSecretVersionIdsCommand({ SecretId: 'smtp', IncludeDeprecated: true });
    const { Versions = [] } = await new SecretsManagerClient(world.clientConfig()).send(list);
    expect(Versions.map(({ KmsKeyIds, VersionStages }) => [KmsKeyIds?.[0], VersionStages])).toEqual([
      [keys.One.id, undefined], [keys.Two.id, ['AWSPREVIOUS']], [keys.Two.id, ['AWSCURRENT']],
    ]);
  });

  it('is read with the key that its version is encrypted with', async () => {
    await scenario.create({ ...KEYS, Secret: having(SECRET, { KmsKeyId: { Ref: 'One' } }) });
    const [[VersionId]] = world.secretsManager.secret('smtp').versions;
    for (const value of ['two', 'three']) world.secretsManager.putByHand('smtp', value);
    await scenario.stack.update({ Resources: { ...KEYS, Secret: having(SECRET, { KmsKeyId: { Ref: 'Two' } }) } });
    world.permissions.calls.length = 0;
    await new SecretsManagerClient(world.clientConfig()).send(new GetSecretValueCommand({ SecretId: 'smtp', VersionId }));
    expect(world.permissions.calls.at(-1)).toMatchObject({ action: 'kms:Decrypt', resource: scenario.stack.deployment.keys.One.arn });
  });
});

describe('in place, a rotation schedule', () => {
  const RULES = { RotationRules: { ScheduleExpression: 'rate(10 days)' } };

  async function reschedule(properties: Record<string, unknown>): Promise<void> {
    await scenario.create(WITH_ROTATION);
    await world.rotation.idle();
    scenario.steps.length = 0;
    await scenario.stack.update({ Resources: { ...WITH_ROTATION, Schedule: having(SCHEDULE, properties) } });
    await world.rotation.idle();
  }

  it.each([[RULES], [{ ...RULES, RotateImmediatelyOnUpdate: true }]])('with %j rotates at once', async properties => {
    await reschedule(properties);
    expect(scenario.steps).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
    expect(world.secretsManager.secret('smtp').rotation?.rules).toEqual(RULES.RotationRules);
  });

  it('that shall not rotate immediately only tests', async () => {
    await reschedule({ ...RULES, RotateImmediatelyOnUpdate: false });
    expect(scenario.steps).toEqual(['testSecret']);
  });

  it('fails while a rotation is unfinished, which is taken up', async () => {
    world.rotation.backgroundAttempts = 1;
    scenario.onStep = async ({ Step }) => {
      if (Step === 'setSecret') throw new Error('not yet');
    };
    await expect(reschedule(RULES)).rejects.toMatchObject({
      logicalId: 'Schedule', reason: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    await world.rotation.idle();
    expect(scenario.steps.slice(0, 2)).toEqual(['createSecret', 'setSecret']);
  });
});

describe('in place, the rest', () => {
  it('a document whose UpdateMethod is NewVersion has a new default version', async () => {
    const from = { Type: 'AWS::SSM::Document', Properties: { Content: content('a'), UpdateMethod: 'NewVersion' } };
    const { after: { documents: { It } }, isReplaced } = await change({ It: from }, { It: having(from, { Content: JSON.stringify(content('b')) }) });
    expect(isReplaced('It')).toBe(false);
    expect(It.versions).toEqual([content('a'), content('b')]);
  });

  it('an association runs another document', async () => {
    const ran: string[] = [];
    const Document = { Type: 'AWS::SSM::Document', Properties: { Content: content('a') } };
    const from = { Type: 'AWS::SSM::Association', Properties: { Name: { Ref: 'One' }, Targets: [{ Key: 'tag:A', Values: ['b'] }] } };
    const { after, isReplaced } = await change({ One: Document, Two: Document, It: from }, { It: having(from, { Name: { Ref: 'Two' } }) });
    const run = ({ documentName }: { documentName: string }) => [...(ran.push(documentName), [])];
    await world.stateManager.join({ instanceId: 'i-0123456789abcdef0', platformType: 'Linux', tags: { A: 'b' }, resourceGroups: [], run } as never);
    expect(isReplaced('It')).toBe(false);
    expect(ran).toEqual([after.documents.Two.name]);
  });

  it('a rule calls at another rate', async () => {
    const from = { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(1 hour)' } };
    const { isReplaced } = await change({ It: from }, { It: having(from, { ScheduleExpression: 'rate(2 hours)' }) });
    expect(isReplaced('It')).toBe(false);
    expect(world.eventRules.rules).toMatchObject([{ interval: 2 * 3_600_000 }]);
  });

  it('a function has another maximum event age, or none when the configuration is deleted', async () => {
    const from = { Type: 'AWS::Lambda::EventInvokeConfig', Properties: { FunctionName: { Ref: 'Function' }, Qualifier: '$LATEST', MaximumEventAgeInSeconds: 60 } };
    const { before, isReplaced } = await change({ ...WITH_FUNCTION, It: from }, { It: having(from, { MaximumEventAgeInSeconds: 120 }) });
    expect(isReplaced('It')).toBe(false);
    expect(before.functions.Function.maximumEventAgeSeconds).toBe(120);
    await scenario.stack.update({ Resources: WITH_FUNCTION });
    expect(before.functions.Function.maximumEventAgeSeconds).toBeUndefined();
  });

  it('an alias leads to another key', async () => {
    const KEY = { Type: 'AWS::KMS::Key' };
    const from = { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/mail', TargetKeyId: { Ref: 'One' } } };
    const { after } = await change({ One: KEY, Two: KEY, It: from }, { It: having(from, { TargetKeyId: { Ref: 'Two' } }) });
    expect(world.kms.key('alias/mail')).toBe(after.keys.Two);
  });

  it('a resource that the world does not know keeps its name', async () => {
    const { isReplaced } = await change({ It: { Type: 'AWS::SSM::Parameter', Properties: { Value: 'a' } } },
      { It: { Type: 'AWS::SSM::Parameter', Properties: { Value: 'b' } } });
    expect(isReplaced('It')).toBe(false);
  });
});
