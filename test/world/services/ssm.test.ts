import {
  GetCommandInvocationCommand, ListCommandInvocationsCommand, ListCommandsCommand, SendCommandCommand, SendCommandCommandInput, SSMClient,
} from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from 'vitest';
import { CommandExecution, DocumentContent, ManagedNode, PolicyStatement, StepResult, VirtualClock, World } from '../index';

const DOCUMENT: DocumentContent = {
  schemaVersion: '2.2',
  parameters: {
    Version: { type: 'String', allowedPattern: '[a-z0-9]+' },
    Mode: { type: 'String', default: 'quiet', allowedValues: ['quiet', 'loud'] },
  },
  mainSteps: [{
    action: 'aws:runShellScript',
    name: 'Apply',
    precondition: { StringEquals: ['platformType', 'Linux'] },
    inputs: { runCommand: ['true'], timeoutSeconds: '60' },
  }],
};

class TestNode implements ManagedNode {
  public platformType: 'Linux' | 'Windows' = 'Linux';
  public tags: Record<string, string> = { Mail: 'Yes' };
  public resourceGroups = ['mail'];
  public online = true;
  public appearsAfter = 500;
  public startsAfter = 2000;
  public forcedStatusDetails?: ManagedNode['forcedStatusDetails'];
  public result: Partial<StepResult> = {};
  public executions: CommandExecution[] = [];

  constructor(public readonly instanceId: string) {}

  public async run(execution: CommandExecution): Promise<StepResult[]> {
    this.executions.push(execution);
    return [{ name: 'Apply', status: 'Success', responseCode: 0, output: 'done', ...this.result }];
  }
}

let world: World;
let client: SSMClient;

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  world.ssm.documents.register({ name: 'Apply', content: DOCUMENT });
  client = new SSMClient({ ...world.clientConfig(), maxAttempts: 1 });
});

function node(id: string, change: Partial<TestNode> = {}): TestNode {
  const made = Object.assign(new TestNode(id), change);
  world.ssm.nodes.push(made);
  return made;
}

async function send(change: Partial<SendCommandCommandInput> = {}) {
  const { Command } = await client.send(new SendCommandCommand({
    DocumentName: 'Apply',
    Parameters: { Version: ['v1'] },
    Targets: [{ Key: 'tag:Mail', Values: ['Yes'] }],
    TimeoutSeconds: 60,
    MaxErrors: '100%',
    ...change,
  }));
  return Command?.CommandId ?? '';
}

async function command(CommandId: string) {
  return (await client.send(new ListCommandsCommand({ CommandId }))).Commands?.[0];
}

async function invocations(CommandId: string) {
  return (await client.send(new ListCommandInvocationsCommand({ CommandId, Details: true }))).CommandInvocations ?? [];
}

async function details(CommandId: string) {
  return (await invocations(CommandId)).map(invocation => invocation.StatusDetails);
}

describe('a command that ends before it meets a node', () => {
  const ENDS = [
    ['Failed', 'RateExceeded'], ['Failed', 'AccessDenied'], ['Failed', 'Failed'], ['Failed', 'Incomplete'],
    ['Cancelled', 'Cancelled'], ['TimedOut', 'DeliveryTimedOut'], ['TimedOut', 'ExecutionTimedOut'],
  ] as const;

  it.each(ENDS.flatMap(end => [[...end, 0], [...end, 2]] as const))('shows %s with %s, %i targets and no invocation', async (status, statusDetails, targetCount) => {
    const nodes = [node('i-1'), node('i-2')];
    world.ssm.earlyEnd = () => ({ status, statusDetails, targetCount });
    const ids = [await send(), await send({ Targets: undefined, InstanceIds: ['i-1', 'i-2'] })];
    expect(await command(ids[0])).toMatchObject({ Status: 'Pending' });
    await world.clock.sleep(3_600_000);
    for (const id of ids) {
      expect(await command(id)).toMatchObject({ Status: status, StatusDetails: statusDetails, TargetCount: targetCount, CompletedCount: 0 });
      expect(await invocations(id)).toEqual([]);
    }
    expect(nodes.flatMap(({ executions }) => executions)).toEqual([]);
  });

  it('can be one command among others', async () => {
    node('i-1');
    world.ssm.earlyEnd = ({ comment }) => comment === 'unlucky' ? { status: 'Cancelled', statusDetails: 'Cancelled', targetCount: 1 } : undefined;
    const [unlucky, lucky] = [await send({ Comment: 'unlucky' }), await send()];
    await world.clock.sleep(10_000);
    expect([(await command(unlucky))?.Status, (await command(lucky))?.Status]).toEqual(['Cancelled', 'Success']);
  });
});

describe('a command', () => {
  it('runs on every node with the tag, and counts them', async () => {
    const first = node('i-1');
    node('i-2');
    node('i-3', { tags: { Mail: 'No' } });
    const id = await send();
    expect(await command(id)).toMatchObject({ Status: 'Pending', StatusDetails: 'Pending', TargetCount: 0 });
    await world.clock.sleep(2000);
    expect(await command(id)).toMatchObject({ Status: 'Success', StatusDetails: 'Success', TargetCount: 2, CompletedCount: 2, ErrorCount: 0 });
    expect(first.executions).toMatchObject([{ commandId: id, documentName: 'Apply', parameters: { Version: ['v1'], Mode: ['quiet'] } }]);
    expect(await invocations(id)).toMatchObject([
      { InstanceId: 'i-1', Status: 'Success', CommandPlugins: [{ Name: 'Apply', Status: 'Success', ResponseCode: 0, Output: 'done' }] },
      { InstanceId: 'i-2' },
    ]);
  });

  it('reports Success with NoInstancesInTag when no node has the tag, after it was Pending', async () => {
    const id = await send();
    expect(await command(id)).toMatchObject({ Status: 'Pending', StatusDetails: 'Pending', TargetCount: 0 });
    await world.clock.sleep(1000);
    expect(await command(id)).toMatchObject({ Status: 'Success', StatusDetails: 'NoInstancesInTag', TargetCount: 0 });
  });

  it('shows an invocation when it appears, not when it is made', async () => {
    node('i-1', { appearsAfter: 5000, startsAfter: 6000 });
    const id = await send();
    await world.clock.sleep(4999);
    expect(await invocations(id)).toEqual([]);
    await world.clock.sleep(1);
    expect(await details(id)).toEqual(['InProgress']);
  });

  it('lists fewer invocations than it counts when one of them never appears', async () => {
    node('i-1');
    node('i-2', { appearsAfter: Infinity });
    const id = await send();
    await world.clock.sleep(3_600_000);
    expect(await command(id)).toMatchObject({ Status: 'Success', TargetCount: 2, CompletedCount: 2 });
    expect((await invocations(id)).map(({ InstanceId }) => InstanceId)).toEqual(['i-1']);
  });

  it('waits for an offline node until the delivery and the execution have timed out', async () => {
    node('i-1', { online: false });
    const id = await send();
    await world.clock.sleep(119_000);
    expect(await details(id)).toEqual(['InProgress']);
    await world.clock.sleep(1000);
    expect(await details(id)).toEqual(['DeliveryTimedOut']);
    expect(await command(id)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut', DeliveryTimedOutCount: 1, ErrorCount: 0 });
  });

  it('reaches a node that comes back in time', async () => {
    const late = node('i-1', { online: false });
    const id = await send();
    await world.clock.sleep(30_000);
    late.online = true;
    await world.clock.sleep(30_000);
    expect(await details(id)).toEqual(['Success']);
  });

  it('ends Incomplete when some nodes failed, fewer than MaxErrors', async () => {
    node('i-1', { result: { status: 'Failed', responseCode: 1 } });
    node('i-2');
    const id = await send();
    await world.clock.sleep(10_000);
    expect(await details(id)).toEqual(['Failed', 'Success']);
    expect(await command(id)).toMatchObject({ Status: 'Failed', StatusDetails: 'Incomplete', ErrorCount: 1, CompletedCount: 2 });
  });

  it('stops after one error more than MaxErrors, and terminates what has not started', async () => {
    for (const id of ['i-1', 'i-2', 'i-3', 'i-4']) node(id, { result: { status: 'Failed', responseCode: 1 } });
    const id = await send({ MaxErrors: '1', MaxConcurrency: '1' });
    await world.clock.sleep(60_000);
    expect(await details(id)).toEqual(['Failed', 'Failed', 'Terminated', 'Terminated']);
    expect(await command(id)).toMatchObject({ Status: 'Failed', StatusDetails: 'Failed', ErrorCount: 2 });
  });

  it.each(['Undeliverable', 'InvalidPlatform', 'AccessDenied'] as const)('is still a Success beside a node that is %s', async forcedStatusDetails => {
    node('i-1', { forcedStatusDetails });
    node('i-2');
    const id = await send();
    await world.clock.sleep(10_000);
    expect(await command(id)).toMatchObject({ Status: 'Success', CompletedCount: 2 });
    expect(await details(id)).toEqual([forcedStatusDetails, 'Success']);
  });

  it('counts a step that the platform skips as a success', async () => {
    const windows = node('i-1', { platformType: 'Windows' });
    const id = await send();
    await world.clock.sleep(10_000);
    expect(windows.executions).toEqual([]);
    expect(await invocations(id)).toMatchObject([{
      Status: 'Success', CommandPlugins: [{ Status: 'Success', Output: expect.stringContaining('skipped due to unsatisfied preconditions') }],
    }]);
  });

  it('counts a step whose plugin the platform lacks as a success', async () => {
    node('i-1');
    const id = await send({ DocumentName: 'AWS-RunPowerShellScript', Parameters: { commands: ['exit 1'] } });
    await world.clock.sleep(10_000);
    expect((await invocations(id))[0]).toMatchObject({ Status: 'Success', CommandPlugins: [{ Output: expect.stringContaining('unsupported plugin') }] });
  });

  it('keeps 2500 characters of the output', async () => {
    node('i-1', { result: { output: 'x'.repeat(5000) } });
    const id = await send();
    await world.clock.sleep(10_000);
    expect((await invocations(id))[0].CommandPlugins?.[0].Output).toHaveLength(2500);
    const whole = await client.send(new GetCommandInvocationCommand({ CommandId: id, InstanceId: 'i-1' }));
    expect(whole.StandardOutputContent).toHaveLength(5000);
  });

  it('finds nodes by resource group and by id', async () => {
    node('i-1', { resourceGroups: [] });
    node('mi-2');
    const byGroup = await send({ Targets: [{ Key: 'resource-groups:Name', Values: ['mail'] }] });
    const byId = await send({ Targets: undefined, InstanceIds: ['i-1'] });
    await world.clock.sleep(10_000);
    expect((await invocations(byGroup)).map(invocation => invocation.InstanceId)).toEqual(['mi-2']);
    expect((await invocations(byId)).map(invocation => invocation.InstanceId)).toEqual(['i-1']);
  });

  it('shows whoever reads page by page every invocation, whichever appears meanwhile', async () => {
    for (let index = 0; index < 120; index += 1) node(`i-${index}`, { appearsAfter: index % 2 === 0 ? 1000 : 3000 });
    const CommandId = await send();
    await world.clock.sleep(1000);
    const { CommandInvocations: early = [], NextToken } = await client.send(new ListCommandInvocationsCommand({ CommandId }));
    await world.clock.sleep(2000);
    const { CommandInvocations: late = [], NextToken: next } = await client.send(new ListCommandInvocationsCommand({ CommandId, NextToken }));
    const { CommandInvocations: last = [] } = await client.send(new ListCommandInvocationsCommand({ CommandId, NextToken: next }));
    expect(new Set([...early, ...late, ...last].map(({ InstanceId }) => InstanceId)).size).toBe(120);
  });

  it('reaches 10000 nodes quickly and lists them in pages', async () => {
    for (let index = 0; index < 10_000; index += 1) node(`i-${index}`);
    const id = await send({ MaxConcurrency: '10%' });
    await world.clock.sleep(60_000);
    expect(await command(id)).toMatchObject({ Status: 'Success', TargetCount: 10_000, CompletedCount: 10_000 });
    const seen = new Set<string>();
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListCommandInvocationsCommand({ CommandId: id, NextToken, MaxResults: 50 }));
      for (const invocation of page.CommandInvocations ?? []) seen.add(invocation.InstanceId ?? '');
      ({ NextToken } = page);
    } while (NextToken);
    expect(seen.size).toBe(10_000);
  }, 20_000);
});

describe('SendCommand refuses', () => {
  it.each<[string, string, Partial<SendCommandCommandInput>]>([
    ['an unknown document', 'InvalidDocument', { DocumentName: 'Nothing' }],
    ['an unknown version of a document', 'InvalidDocumentVersion', { DocumentVersion: '7' }],
    ['an unknown parameter', 'InvalidParameters', { Parameters: { Version: ['v1'], Other: ['x'] } }],
    ['a missing parameter', 'InvalidParameters', { Parameters: {} }],
    ['a value that the pattern does not allow', 'InvalidParameters', { Parameters: { Version: ['$(reboot)'] } }],
    ['a value that is not in the list', 'InvalidParameters', { Parameters: { Version: ['v1'], Mode: ['silent'] } }],
    ['an unknown node', 'InvalidInstanceId', { Targets: undefined, InstanceIds: ['i-9'] }],
    ['a node that is named twice', 'DuplicateInstanceId', { Targets: undefined, InstanceIds: ['i-1', 'i-1'] }],
    ['more than 50 nodes by name', 'ValidationException', { Targets: undefined, InstanceIds: Array.from({ length: 51 }, (_, index) => `i-${index}`) }],
    ['neither targets nor nodes', 'ValidationException', { Targets: undefined }],
    ['a comment of 101 characters', 'ValidationException', { Comment: 'x'.repeat(101) }],
    ['a delivery timeout below 30 seconds', 'ValidationException', { TimeoutSeconds: 29 }],
    ['a strange MaxErrors', 'ValidationException', { MaxErrors: '101%' }],
    ['a strange MaxConcurrency', 'ValidationException', { MaxConcurrency: '0' }],
  ])('%s', async (_name, name, change) => {
    await expect(send(change)).rejects.toMatchObject({ name });
  });
});

describe('ListCommands', () => {
  it('shows the newest first, with parameters and comment, in pages', async () => {
    const ids = [await send({ Comment: 'first' }), await send({ Comment: 'second' })];
    const { Commands, NextToken } = await client.send(new ListCommandsCommand({ MaxResults: 1 }));
    expect(Commands).toMatchObject([{ CommandId: ids[1], Comment: 'second', Parameters: { Version: ['v1'] } }]);
    const rest = await client.send(new ListCommandsCommand({ MaxResults: 1, NextToken }));
    expect(rest).toMatchObject({ Commands: [{ CommandId: ids[0] }] });
    expect(rest.NextToken).toBeUndefined();
  });

  it('filters by time and document', async () => {
    await send();
    const between = new Date(world.clock.now() + 1000).toISOString();
    await world.clock.sleep(2000);
    const id = await send();
    const Filters = [{ key: 'InvokedAfter' as const, value: between }, { key: 'DocumentName' as const, value: 'Apply' }];
    const { Commands } = await client.send(new ListCommandsCommand({ Filters }));
    expect(Commands?.map(found => found.CommandId)).toEqual([id]);
    const other = await client.send(new ListCommandsCommand({ Filters: [{ key: 'DocumentName', value: 'Other' }] }));
    expect(other.Commands).toEqual([]);
  });

  it('refuses pages of more than 50 and tokens that it did not give', async () => {
    await expect(client.send(new ListCommandsCommand({ MaxResults: 51 }))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(client.send(new ListCommandsCommand({ NextToken: 'x' }))).rejects.toMatchObject({ name: 'InvalidNextToken' });
  });
});

describe('permissions', () => {
  const DOCUMENT_ARN = 'arn:aws:ssm:eu-west-1:111122223333:document/Apply';
  const INSTANCES = 'arn:aws:ec2:eu-west-1:111122223333:instance/*';
  const allow = (Resource: string, Condition?: PolicyStatement['Condition']): PolicyStatement =>
    ({ Effect: 'Allow', Action: 'ssm:SendCommand', Resource, ...(Condition ? { Condition } : {}) });
  const reading: PolicyStatement = { Effect: 'Allow', Action: 'ssm:List*', Resource: '*' };

  function as(...Statement: PolicyStatement[]) {
    const role = world.iam.createRole({ name: 'rotation' });
    role.inlinePolicies.set('policy', { Statement: [reading, ...Statement] });
    client = new SSMClient({ ...world.clientConfig(role.arn), maxAttempts: 1 });
  }

  it('refuse a document that the role may not send', async () => {
    as(allow(INSTANCES));
    await expect(send()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('show as AccessDenied in the invocation of a node with another tag', async () => {
    as(allow(DOCUMENT_ARN), allow(INSTANCES, { StringEquals: { 'ssm:resourceTag/Mail': 'Yes' } }));
    node('i-1');
    node('i-2', { tags: { Mail: 'No' } });
    const id = await send({ Targets: [{ Key: 'InstanceIds', Values: ['i-1', 'i-2'] }] });
    await world.clock.sleep(10_000);
    expect(await details(id)).toEqual(['Success', 'AccessDenied']);
    expect(await command(id)).toMatchObject({ Status: 'Success' });
  });

  it('refuse a named node that no statement allows', async () => {
    as(allow(DOCUMENT_ARN), allow(INSTANCES));
    node('mi-1');
    await expect(send({ Targets: undefined, InstanceIds: ['mi-1'] })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('end the command with AccessDenied when the role may not read the resource group', async () => {
    as(allow(DOCUMENT_ARN), allow(INSTANCES));
    const id = await send({ Targets: [{ Key: 'resource-groups:Name', Values: ['mail'] }] });
    await world.clock.sleep(1000);
    expect(await command(id)).toMatchObject({ Status: 'Failed', StatusDetails: 'AccessDenied' });
  });
});
