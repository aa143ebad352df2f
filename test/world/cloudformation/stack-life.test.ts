import { beforeEach, describe, expect, it } from 'vitest';
import { StackLife, VirtualClock, World } from '../index';
import { StackScenario } from './stack-scenario';
import { CUSTOM, GROUP, MEMBERSHIP, SECRET, USER, WITH_CUSTOM, WITH_FUNCTION, WITH_ROTATION, having } from './stack-template';
import { TemplateResource } from './template';

const USERS = { Membership: MEMBERSHIP, Group: GROUP, User: USER };
/** A resource that cannot be created. */
const BROKEN: TemplateResource = { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/x', TargetKeyId: 'no-such-key' }, DependsOn: 'Secret' };

let scenario: StackScenario;
let world: World;
let stack: StackLife;

beforeEach(() => {
  scenario = new StackScenario();
  ({ world, stack } = scenario);
});

const update = async (resources: Record<string, TemplateResource>) => stack.update({ Resources: resources });

it('needs a clock for many sleepers', () => {
  expect(() => new StackLife(new World({ clock: new VirtualClock() }), { stackName: 'Mail' })).toThrow('a StackLife needs a clock for many sleepers');
});

it('has to be created before it is updated', async () => {
  await expect(update(USERS)).rejects.toThrow('the stack Mail does not exist');
});

describe('a creation', () => {
  it('makes every resource after those that it refers to', async () => {
    const { users, resources } = await stack.create({ Resources: USERS });
    expect(scenario.news()).toEqual(['Group CREATE_COMPLETE', 'User CREATE_COMPLETE', 'Membership CREATE_COMPLETE', 'Mail CREATE_COMPLETE']);
    expect([...users.User.groups]).toEqual([resources.Group.ref]);
  });

  it('shows when each resource began', async () => {
    await stack.create({ Resources: { User: USER } });
    expect(stack.events).toEqual([
      { logicalId: 'Mail', status: 'CREATE_IN_PROGRESS' },
      { logicalId: 'User', status: 'CREATE_IN_PROGRESS' },
      { logicalId: 'User', status: 'CREATE_COMPLETE' },
      { logicalId: 'Mail', status: 'CREATE_COMPLETE' },
    ]);
  });

  it('leaves out what a condition excludes', async () => {
    const template = { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } }, Resources: { User: USER, Group: { ...GROUP, Condition: 'Never' } } };
    expect(Object.keys((await stack.create(template)).resources)).toEqual(['User']);
  });

  it('that fails deletes all that it has made, the last first, and says why', async () => {
    await expect(stack.create({ Resources: { Broken: BROKEN, ...USERS, Secret: SECRET } })).rejects.toMatchObject({
      logicalId: 'Broken', status: 'CREATE_FAILED', reason: "Key 'no-such-key' does not exist",
    });
    expect(scenario.news()).toEqual([
      'Secret CREATE_COMPLETE', 'Broken CREATE_FAILED', 'Mail ROLLBACK_IN_PROGRESS', 'Secret DELETE_COMPLETE', 'Mail ROLLBACK_COMPLETE',
    ]);
    expect(world.secretsManager.allSecrets()).toEqual([]);
  });

  it('gives the reason in the events of the resource and of the stack', async () => {
    await expect(stack.create({ Resources: { Broken: BROKEN, Secret: SECRET } })).rejects.toThrow();
    expect(stack.events.filter(({ reason }) => reason !== undefined)).toEqual([
      { logicalId: 'Broken', status: 'CREATE_FAILED', reason: "Key 'no-such-key' does not exist" },
      { logicalId: 'Mail', status: 'ROLLBACK_IN_PROGRESS', reason: 'The following resource(s) failed to create: [Broken].' },
    ]);
  });

  it('that fails keeps what is retained', async () => {
    await expect(stack.create({ Resources: { Broken: BROKEN, Secret: { ...SECRET, DeletionPolicy: 'Retain' } } })).rejects.toThrow();
    expect(scenario.news()).toContain('Secret DELETE_SKIPPED');
    expect(world.secretsManager.valueOf('smtp')).toBe('initial');
  });
});

describe('a rotation schedule', () => {
  it('starts a rotation that goes on while the stack does', async () => {
    scenario.onStep = async () => scenario.clock.sleep(60_000);
    await stack.create({ Resources: { ...WITH_ROTATION, User: USER } });
    expect([scenario.steps, world.secretsManager.valueOf('smtp')]).toEqual([['createSecret'], 'initial']);
    await world.rotation.idle();
    expect(world.secretsManager.valueOf('smtp')).toBe('rotated');
  });

  it('lets a custom resource wait for the rotation, both in the same time', async () => {
    const start = scenario.clock.now();
    scenario.onStep = async () => scenario.clock.sleep(60_000);
    scenario.reply = async () => {
      while (world.secretsManager.valueOf('smtp') !== 'rotated') await scenario.clock.sleep(5000);
      return {};
    };
    await stack.create({ Resources: { ...WITH_ROTATION, Custom: { ...CUSTOM, DependsOn: 'Schedule' } } });
    expect(Math.round((scenario.clock.now() - start) / 60_000)).toBe(4);
  });

  it('and the function that waits for it do the same at the same times in every run', async () => {
    const run = async () => {
      const again = new StackScenario();
      const { clock, stack: life, world: { rotation, secretsManager } } = again;
      const diary: [string, number][] = [];
      again.onStep = async ({ Step }) => {
        await clock.sleep(7000);
        diary.push([Step, clock.now()]);
      };
      again.reply = async () => {
        for (; secretsManager.valueOf('smtp') !== 'rotated'; await clock.sleep(5000)) diary.push(['looks', clock.now()]);
        return {};
      };
      await life.create({ Resources: { ...WITH_ROTATION, Custom: { ...CUSTOM, DependsOn: 'Schedule' } } });
      await rotation.idle();
      return [diary, life.events, clock.now()];
    };
    expect(await run()).toEqual(await run());
  });

  it('is refused when the function does not permit Secrets Manager to call it, and leaves no rotation behind', async () => {
    world.setupSecret({ name: 'own', value: 'x' });
    const Schedule = having({ ...WITH_ROTATION.Schedule, DependsOn: [] }, { SecretId: 'own' });
    await expect(stack.create({ Resources: { ...WITH_FUNCTION, Schedule } })).rejects.toMatchObject({
      logicalId: 'Schedule', reason: expect.stringContaining('Secrets Manager cannot invoke the specified Lambda function.'),
    });
    expect(world.secretsManager.secret('own').rotation).toBeUndefined();
  });
});

describe('an update', () => {
  it('changes what has changed, and nothing else', async () => {
    await scenario.create(WITH_FUNCTION);
    const { functions } = stack.deployment;
    const Function = having(WITH_FUNCTION.Function, { Environment: { Variables: { NEW: 'yes' } } });
    await update({ ...WITH_FUNCTION, Function });
    expect(scenario.news()).toEqual(['Function UPDATE_COMPLETE', 'Mail UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'Mail UPDATE_COMPLETE']);
    expect(functions.Function.environment).toEqual({ NEW: 'yes' });
  });

  it('changes whatever refers to a resource that was replaced, and deletes the old one in the end', async () => {
    await scenario.create(WITH_FUNCTION);
    const { functions, secrets } = stack.deployment;
    const after = await update({ ...WITH_FUNCTION, Secret: having(SECRET, { Name: 'other' }) });
    expect(scenario.news()).toEqual([
      'Secret UPDATE_COMPLETE', 'Function UPDATE_COMPLETE', 'Mail UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'Secret DELETE_COMPLETE', 'Mail UPDATE_COMPLETE',
    ]);
    expect(functions.Function.environment.SECRET).toBe(after.secrets.Secret.arn);
    expect(() => world.secretsManager.secret(secrets.Secret.arn)).toThrow();
  });

  it('deletes what is no longer there in the reverse order of the template before', async () => {
    await scenario.create({ ...USERS, Secret: SECRET });
    const { resources } = await update({ Secret: SECRET });
    expect(scenario.news()).toEqual([
      'Mail UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Membership DELETE_COMPLETE', 'User DELETE_COMPLETE', 'Group DELETE_COMPLETE',
      'Mail UPDATE_COMPLETE',
    ]);
    expect(Object.keys(resources)).toEqual(['Secret']);
  });

  it('succeeds when the old cannot be deleted, which stays as an orphan', async () => {
    await scenario.create(USERS);
    const { users: { User } } = stack.deployment;
    world.iam.createAccessKey(User.name);
    await update({ Group: GROUP });
    expect(scenario.news()).toEqual([
      'Mail UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'Membership DELETE_COMPLETE', 'User DELETE_FAILED', 'Mail UPDATE_COMPLETE',
    ]);
    expect(stack.orphans).toMatchObject([{ id: 'User', ref: User.name }]);
    expect(world.iam.keysOf(User.name)).toHaveLength(1);
  });

  it('leaves a replaced resource that its UpdateReplacePolicy retains, and a removed one that its DeletionPolicy retains', async () => {
    const retained = { ...SECRET, UpdateReplacePolicy: 'Retain' };
    await scenario.create({ Secret: retained, User: { ...USER, DeletionPolicy: 'Retain' } });
    await update({ Secret: having(retained, { Name: 'other' }) });
    expect(stack.orphans.map(({ id }) => id).sort()).toEqual(['Secret', 'User']);
    expect(world.secretsManager.allSecrets()).toHaveLength(2);
  });

  it('takes over the policies of a resource that is otherwise unchanged', async () => {
    await scenario.create({ Secret: SECRET });
    await update({ Secret: { ...SECRET, DeletionPolicy: 'Retain' } });
    await stack.delete();
    expect(world.secretsManager.valueOf('smtp')).toBe('initial');
  });

  it('does not change the type of a resource', async () => {
    await scenario.create({ Thing: USER });
    await expect(update({ Thing: GROUP })).rejects.toThrow('Update of resource type is not permitted, got AWS::IAM::User and AWS::IAM::Group');
  });
});

describe('an update that fails', () => {
  const Broken = { ...BROKEN, DependsOn: ['Function', 'User', 'Custom'] };
  const NEXT = {
    ...WITH_CUSTOM,
    Secret: { ...having(SECRET, { Name: 'other' }), UpdateReplacePolicy: 'Retain' },
    Function: having(WITH_CUSTOM.Function, { Timeout: 60 }),
    Custom: having(CUSTOM, { Text: 'two' }),
    User: USER,
    Broken,
  };

  it('goes back: what was replaced is there again, what was changed is changed back, what is new is deleted', async () => {
    await scenario.create(WITH_CUSTOM);
    const { secrets: { Secret }, functions: { Function } } = stack.deployment;
    await expect(update(NEXT)).rejects.toMatchObject({ logicalId: 'Broken', status: 'CREATE_FAILED', reason: "Key 'no-such-key' does not exist" });
    expect(scenario.news().slice(5)).toEqual([
      'Mail UPDATE_ROLLBACK_IN_PROGRESS',
      'Secret UPDATE_COMPLETE', 'Function UPDATE_COMPLETE', 'Custom UPDATE_COMPLETE',
      'Mail UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'User DELETE_COMPLETE', 'Secret DELETE_COMPLETE',
      'Mail UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(stack.deployment.secrets.Secret).toBe(Secret);
    expect(world.secretsManager.allSecrets()).toEqual([Secret]);
    expect(Function).toMatchObject({ timeoutSeconds: 900, environment: { SECRET: Secret.arn } });
  });

  it('tells a custom resource to go back, and deletes what replaced it', async () => {
    scenario.reply = ({ ResourceProperties: { Text } }) => ({ PhysicalResourceId: `thing-${String(Text)}` });
    await scenario.create(WITH_CUSTOM);
    await expect(update(NEXT)).rejects.toThrow();
    expect(scenario.requests.slice(1)).toMatchObject([
      { RequestType: 'Update', PhysicalResourceId: 'thing-one', ResourceProperties: { Text: 'two' } },
      { RequestType: 'Update', PhysicalResourceId: 'thing-two', ResourceProperties: { Text: 'one' } },
      { RequestType: 'Delete', PhysicalResourceId: 'thing-two', ResourceProperties: { Text: 'two' } },
    ]);
    expect(stack.deployment.resources.Custom.ref).toBe('thing-one');
  });

  it('can be tried again', async () => {
    await scenario.create(WITH_CUSTOM);
    await expect(update(NEXT)).rejects.toThrow();
    const { Broken: _, ...good } = NEXT;
    expect(Object.keys((await update(good)).resources).sort()).toEqual(['Custom', 'Function', 'Role', 'Secret', 'User']);
  });

  it('stops when the way back fails', async () => {
    await scenario.create(WITH_CUSTOM);
    scenario.reply = () => ({ Status: 'FAILED', Reason: 'no' });
    await expect(update(NEXT)).rejects.toMatchObject({ logicalId: 'Custom', reason: 'no' });
    expect(stack.events.at(-1)).toEqual({
      logicalId: 'Mail', status: 'UPDATE_ROLLBACK_FAILED', reason: 'The following resource(s) failed to update: [Custom].',
    });
  });
});

describe('a deletion', () => {
  it('goes in the reverse order', async () => {
    await scenario.create(WITH_ROTATION);
    await stack.delete();
    expect(scenario.news()).toEqual([
      'Schedule DELETE_COMPLETE', 'Permission DELETE_COMPLETE', 'Function DELETE_COMPLETE', 'Role DELETE_COMPLETE', 'Secret DELETE_COMPLETE',
      'Mail DELETE_COMPLETE',
    ]);
    expect(stack.deployment.resources).toEqual({});
  });

  it('that fails leaves the resource and all that it needs, and can be repeated', async () => {
    scenario.reply = ({ RequestType }) => RequestType === 'Delete' ? { Status: 'FAILED', Reason: 'the key is in use' } : {};
    await scenario.create({ ...WITH_CUSTOM, User: USER });
    await expect(stack.delete()).rejects.toMatchObject({ logicalId: 'Custom', status: 'DELETE_FAILED', reason: 'the key is in use' });
    expect(scenario.news()).toEqual(['User DELETE_COMPLETE', 'Custom DELETE_FAILED', 'Mail DELETE_FAILED']);
    scenario.reply = () => ({});
    await stack.delete();
    expect(scenario.news().at(-1)).toBe('Mail DELETE_COMPLETE');
  });

  it('leaves what is retained', async () => {
    await scenario.create({ Secret: { ...SECRET, DeletionPolicy: 'Retain' }, User: USER });
    await stack.delete();
    expect(scenario.news()).toEqual(['User DELETE_COMPLETE', 'Secret DELETE_SKIPPED', 'Mail DELETE_COMPLETE']);
    expect(world.secretsManager.valueOf('smtp')).toBe('initial');
  });

  it('takes what somebody has deleted before for deleted', async () => {
    await scenario.create(USERS);
    const { users: { User } } = stack.deployment;
    world.iam.removeUserFromGroup(User.name, [...User.groups][0]);
    world.iam.deleteUser(User.name);
    await stack.delete();
    expect(scenario.news().at(-1)).toBe('Mail DELETE_COMPLETE');
  });
});
