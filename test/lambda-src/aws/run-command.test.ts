import { SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from 'vitest';
import { hasEnded, RunCommand } from '../../../lambda-src/aws/run-command';
import { RotationError } from '../../../lambda-src/basics/errors';
import { SECOND } from '../../../lambda-src/basics/time';
import { FleetConfig } from '../../../src/private/rotation-contract';
import { AwsError, DocumentContent, VirtualClock, World } from '../../world';
import { SimulatedNode } from '../../world/nodes';

const CONTENT: DocumentContent = {
  schemaVersion: '2.2',
  parameters: { VersionId: { type: 'String' } },
  mainSteps: [{ action: 'aws:runShellScript', name: 'Apply', inputs: { runCommand: ['true'] } }],
};
const FLEET: FleetConfig = {
  targets: [{ key: 'tag:Mail', values: ['Yes', 'Always'] }],
  document: { name: 'Apply', marker: true, parameters: { versionId: 'VersionId' } },
  maxErrors: '0',
  timeoutSeconds: 60,
  minimumTargets: 1,
};
const PARAMETERS = { VersionId: ['v1'] };

let world: World;
let runCommand: RunCommand;

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  world.ssm.documents.register({ name: 'Apply', content: CONTENT });
  runCommand = new RunCommand(new SSMClient({ ...world.clientConfig(), maxAttempts: 1 }));
});

async function find(document: string, commentStart: string, since: number) {
  return runCommand.findByComment(document, commentStart, since, async ask => (await ask())!);
}

function addNode(instanceId: string, tags: Record<string, string> = { Mail: 'Yes' }): SimulatedNode {
  const node = new SimulatedNode({
    instanceId, tags, behaviour: () => [{ name: 'Apply', status: 'Success', responseCode: 0, output: `done on ${instanceId}` }],
  });
  world.ssm.nodes.push(node);
  return node;
}

describe('a command', () => {
  it('goes to the nodes with the tags, in the way the fleet says', async () => {
    const node = addNode('i-0000000000000001');
    const other = addNode('i-0000000000000002', { Mail: 'No' });
    const id = await runCommand.send({ ...FLEET, maxConcurrency: '10%' }, 'rotation of v1', PARAMETERS);
    await world.clock.sleep(5 * SECOND);
    expect(node.executions).toMatchObject([{ commandId: id, documentName: 'Apply', parameters: PARAMETERS }]);
    expect(other.executions).toEqual([]);
    expect(world.calls[0].input).toEqual({
      DocumentName: 'Apply',
      Targets: [{ Key: 'tag:Mail', Values: ['Yes', 'Always'] }],
      Parameters: PARAMETERS,
      Comment: 'rotation of v1',
      TimeoutSeconds: 60,
      MaxConcurrency: '10%',
      MaxErrors: '0',
    });
  });

  it('goes to nodes that are named, with the version of the document that is named', async () => {
    addNode('i-0000000000000001');
    const { executions } = addNode('mi-0000000000000002');
    const { targets, ...rest } = FLEET;
    await runCommand.send({ ...rest, instanceIds: ['mi-0000000000000002'], document: { ...FLEET.document, version: '1' } }, 'c', PARAMETERS);
    await world.clock.sleep(5 * SECOND);
    expect(executions).toHaveLength(1);
    expect(world.ssm.nodes).toMatchObject([{ executions: [] }, { executions }]);
    expect(world.calls[0].input).toMatchObject({ InstanceIds: ['mi-0000000000000002'], DocumentVersion: '1' });
  });

  it('that Systems Manager does not take fails with the document and the reason', async () => {
    const error = await runCommand.send({ ...FLEET, document: { ...FLEET.document, name: 'Absent' } }, 'c', PARAMETERS).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(RotationError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^document Absent could not be sent through Run Command: InvalidDocument: .*check that the document and the nodes exist/),
      cause: { name: 'InvalidDocument' },
    });
  });

  it('is found by its id', async () => {
    const ids = [await runCommand.send(FLEET, 'first', PARAMETERS), await runCommand.send(FLEET, 'second', PARAMETERS)];
    expect(await Promise.all(ids.map(async id => (await runCommand.get(id))?.Comment))).toEqual(['first', 'second']);
  });

  it('is undefined while Systems Manager does not show it', async () => {
    expect(await runCommand.get('11111111-2222-4333-a444-555555555555')).toBeUndefined();
    world.intercept = async () => ({});
    expect(await runCommand.get('11111111-2222-4333-a444-555555555555')).toBeUndefined();
  });

  it.each(['Success', 'Cancelled', 'Failed', 'TimedOut'] as const)('has ended with %s', Status => {
    expect(hasEnded({ Status })).toBe(true);
  });

  it.each(['Pending', 'InProgress', 'Cancelling', undefined] as const)('has not ended with %s', Status => {
    expect(hasEnded({ Status })).toBe(false);
  });
});

describe('looking for a command by its comment', () => {
  async function sendMany(count: number, comment: string): Promise<string[]> {
    const ids: string[] = [];
    while (ids.length < count) {
      ids.push(await runCommand.send(FLEET, comment, PARAMETERS));
      await world.clock.sleep(SECOND);
    }
    return ids;
  }

  it('finds the newest one that has it', async () => {
    const since = world.clock.now();
    const [first, second] = await sendMany(2, 'rotation of v1');
    await sendMany(1, 'another');
    const [third] = await sendMany(1, 'rotation of v2');
    expect(await find('Apply', 'rotation of', since)).toMatchObject([first, second, third].map(CommandId => ({ CommandId })));
    expect(await find('Apply', 'otation of', since)).toEqual([]);
  });

  it('finds them oldest first in whatever order they are listed', async () => {
    const since = world.clock.now();
    const [first] = await sendMany(1, 'rotation of v1');
    await world.clock.sleep(SECOND);
    const [second] = await sendMany(1, 'rotation of v1');
    world.intercept = async (_call, proceed) => ({ Commands: (await proceed() as { Commands: unknown[] }).Commands.reverse() });
    expect(await find('Apply', 'rotation of v1', since)).toMatchObject([{ CommandId: first }, { CommandId: second }]);
    world.intercept = undefined;
    expect(await find('Apply', 'rotation of v1', since)).toMatchObject([{ CommandId: first }, { CommandId: second }]);
  });

  it('finds one behind more than a page of others', async () => {
    const since = world.clock.now();
    const [wanted] = await sendMany(1, 'rotation of v1');
    await sendMany(101, 'another');
    expect(await find('Apply', 'rotation of v1', since)).toMatchObject([{ CommandId: wanted }]);
    expect(world.calls.filter(call => call.action === 'ListCommands')).toHaveLength(3);
  });

  it('does not look at those before the moment, the second of the moment included', async () => {
    const [before] = await sendMany(1, 'rotation of v1');
    const since = world.clock.now() + 300;
    expect(await find('Apply', 'rotation of v1', since)).toEqual([]);
    expect(world.calls.at(-1)?.input).toMatchObject({
      Filters: [{ key: 'InvokedAfter', value: '2026-01-01T00:00:01Z' }, { key: 'DocumentName', value: 'Apply' }],
    });
    expect(await find('Apply', 'rotation of v1', since - SECOND)).toMatchObject([{ CommandId: before }]);
  });

  it('does not filter by a document that another account shares', async () => {
    const arn = 'arn:aws:ssm:eu-west-1:444455556666:document/Shared';
    await find(arn, 'rotation of v1', world.clock.now());
    expect(world.calls.at(-1)?.input).toMatchObject({ Filters: [{ key: 'InvokedAfter' }] });
  });

  it('finds nothing among no commands, and nothing in a reply without a list', async () => {
    expect(await find('Apply', 'rotation of v1', world.clock.now())).toEqual([]);
    world.intercept = async () => ({});
    expect(await find('Apply', 'rotation of v1', world.clock.now())).toEqual([]);
  });

  it('takes a command without a date for the oldest', async () => {
    const since = world.clock.now();
    const [known] = await sendMany(1, 'rotation of v1');
    const undated = { CommandId: 'c1', Comment: 'rotation of v1' };
    world.intercept = async (_call, proceed) => ({ Commands: [...(await proceed() as { Commands: unknown[] }).Commands, undated, { CommandId: 'c2' }] });
    expect(await find('Apply', 'rotation of v1', since)).toMatchObject([undated, { CommandId: known }]);
  });
});

describe('the invocations of a command', () => {
  async function read(commandId: string, token?: string) {
    const { CommandInvocations = [], NextToken } = await runCommand.invocations(commandId, token) ?? {};
    return { found: CommandInvocations.map(({ InstanceId, CommandPlugins }) => `${InstanceId}: ${CommandPlugins?.[0].Output}`), NextToken };
  }

  it('are read with their output, a page at a time', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `i-${String(index).padStart(17, '0')}`);
    for (const id of ids) addNode(id);
    const commandId = await runCommand.send({ ...FLEET, maxConcurrency: '100%' }, 'c', PARAMETERS);
    await world.clock.sleep(10 * SECOND);
    const first = await read(commandId);
    const second = await read(commandId, first.NextToken);
    expect([...first.found, ...second.found]).toEqual(ids.map(id => `${id}: done on ${id}`));
    expect([first.found.length, second.NextToken]).toEqual([50, undefined]);
  });

  it('are none before Run Command has met a node', async () => {
    const commandId = await runCommand.send(FLEET, 'c', PARAMETERS);
    expect(await read(commandId)).toEqual({ found: [], NextToken: undefined });
  });
});

describe('a question that Systems Manager has no time for', () => {
  it.each([
    ['the command', async () => runCommand.get('c')],
    ['its invocations', async () => runCommand.invocations('c')],
  ])('has no answer: %s', async (_, ask) => {
    world.intercept = async () => { throw new AwsError('ThrottlingException', 'Rate exceeded'); };
    expect(await ask()).toBeUndefined();
    world.intercept = async () => { throw new AwsError('InternalServerError', 'Something broke', 500); };
    await expect(ask()).rejects.toThrow('Something broke');
  });
});
