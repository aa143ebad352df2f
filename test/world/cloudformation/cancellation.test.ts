import { beforeEach, describe, expect, it } from 'vitest';
import { StackScenario } from './stack-scenario';
import { CUSTOM, FUNCTION, GROUP, having, SECRET, USER, WITH_CUSTOM } from './stack-template';
import { TemplateResource } from './template';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const CHANGED = having(CUSTOM, { Text: 'two' });

let scenario: StackScenario;
/** What the function did with the custom resource, and at which second. */
let diary: string[];

beforeEach(() => {
  scenario = new StackScenario();
  diary = [];
});

const seconds = (start: number) => Math.round((scenario.clock.now() - start) / SECOND);

/** From now on, creations and changes to other than the first properties take a minute. */
function takesAMinute(): void {
  const start = scenario.clock.now();
  scenario.reply = async ({ RequestType, ResourceProperties: { Text } }) => {
    const what = `${RequestType} ${String(Text)}`;
    diary.push(`${what} begins at ${seconds(start)}`);
    if (RequestType === 'Create' || Text === 'two') await scenario.clock.sleep(MINUTE);
    diary.push(`${what} ends at ${seconds(start)}`);
    return {};
  };
}

/** What the operation ends with, when it is cancelled after ten seconds and the function has come to its end. */
async function cancelled(operation: Promise<unknown>): Promise<unknown> {
  const failure = operation.catch(error => error as unknown);
  await scenario.clock.sleep(10 * SECOND);
  scenario.stack.cancel();
  const error = await failure;
  await scenario.clock.sleep(2 * MINUTE);
  return error;
}

const update = async (resources: Record<string, TemplateResource>) => scenario.stack.update({ Resources: resources });

describe('an update that is cancelled', () => {
  it('waits for no custom resource: it calls the function again two seconds later, while the first call runs on', async () => {
    await scenario.create(WITH_CUSTOM);
    takesAMinute();
    expect(await cancelled(update({ ...WITH_CUSTOM, Custom: CHANGED }))).toMatchObject({
      logicalId: 'Custom', status: 'UPDATE_FAILED', reason: 'Resource update cancelled',
    });
    expect(diary).toEqual(['Update two begins at 0', 'Update one begins at 12', 'Update one ends at 12', 'Update two ends at 60']);
    expect(scenario.requests.at(-1)).toMatchObject({ ResourceProperties: { Text: 'one' }, OldResourceProperties: { Text: 'two' } });
    expect(scenario.news()).toEqual([
      'Custom UPDATE_FAILED', 'Mail UPDATE_ROLLBACK_IN_PROGRESS', 'Custom UPDATE_COMPLETE',
      'Mail UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'Mail UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('takes no notice of the late answer, and the stack can be updated and deleted', async () => {
    await scenario.create(WITH_CUSTOM);
    takesAMinute();
    await cancelled(update({ ...WITH_CUSTOM, Custom: CHANGED }));
    expect(scenario.world.customResources.responses).toHaveLength(3);
    expect(scenario.stack.deployment.resources.Custom.properties).toMatchObject({ Text: 'one' });
    await update({ ...WITH_CUSTOM, Custom: CHANGED });
    await scenario.stack.delete();
    expect(scenario.news().at(-1)).toBe('Mail DELETE_COMPLETE');
  });

  it('does not begin with the resources that come after', async () => {
    await scenario.create(WITH_CUSTOM);
    takesAMinute();
    await cancelled(update({ ...WITH_CUSTOM, Custom: CHANGED, User: { ...USER, DependsOn: 'Custom' } }));
    expect(scenario.news().filter(entry => entry.startsWith('User'))).toEqual([]);
  });

  it('between two resources goes back without a resource that failed', async () => {
    scenario = new StackScenario({
      onEvent: ({ logicalId, status }) => {
        if (`${logicalId} ${status}` === 'Group CREATE_COMPLETE') scenario.stack.cancel();
      },
    });
    await scenario.create({ Secret: SECRET });
    await expect(update({ Secret: SECRET, Group: GROUP, User: USER })).rejects.toThrow('the stack Mail was cancelled');
    expect(scenario.news()).toEqual([
      'Group CREATE_COMPLETE', 'Mail UPDATE_ROLLBACK_IN_PROGRESS',
      'Mail UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'Group DELETE_COMPLETE', 'Mail UPDATE_ROLLBACK_COMPLETE',
    ]);
  });
});

describe('a creation that is cancelled', () => {
  it('deletes the custom resource by an id that CloudFormation makes up, while its creation runs on', async () => {
    takesAMinute();
    expect(await cancelled(scenario.stack.create({ Resources: WITH_CUSTOM }))).toMatchObject({
      logicalId: 'Custom', status: 'CREATE_FAILED', reason: 'Resource creation cancelled',
    });
    expect(diary).toEqual(['Create one begins at 0', 'Delete one begins at 12', 'Delete one ends at 12', 'Create one ends at 60']);
    expect(scenario.requests.at(-1)?.PhysicalResourceId).toMatch(/^Mail-Custom-[A-Z2-7]{12}$/);
    expect(scenario.news().at(-1)).toBe('Mail ROLLBACK_COMPLETE');
  });
});

it('can only be cancelled while it is created or updated', async () => {
  expect(() => scenario.stack.cancel()).toThrow('the stack Mail is neither being created nor updated');
  await scenario.create({ User: USER });
  expect(() => scenario.stack.cancel()).toThrow('the stack Mail is neither being created nor updated');
});

describe('a rollback', () => {
  it('restores resources in the order of the template before, not of the one that failed', async () => {
    const named = (text: string) => having(SECRET, { Name: text });
    const before = { Secret: SECRET, Function: { ...FUNCTION, DependsOn: 'Secret', Properties: { Role: { Ref: 'Role' }, Timeout: 3 } }, Role: { Type: 'AWS::IAM::Role' } };
    await scenario.create(before);
    const after = {
      Function: having({ Type: FUNCTION.Type }, { Role: { Ref: 'Role' }, Timeout: 60 }),
      Secret: { ...named('other'), DependsOn: 'Function' },
      Role: before.Role,
      Broken: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/x', TargetKeyId: 'no-such-key' }, DependsOn: 'Secret' },
    };
    await expect(update(after)).rejects.toMatchObject({ logicalId: 'Broken' });
    const order = scenario.news().filter(entry => /^(Secret|Function) UPDATE_COMPLETE$/.test(entry)).map(entry => entry.split(' ')[0]);
    expect(order).toEqual(['Function', 'Secret', 'Secret', 'Function']);
  });
});
