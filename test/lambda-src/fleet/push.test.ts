import { Command, CommandInvocation, ListCommandInvocationsCommandOutput } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { RunCommand } from '../../../lambda-src/aws/run-command';
import { describeFailure } from '../../../lambda-src/fleet/answers';
import { CommandReader } from '../../../lambda-src/fleet/pages';
import { awaitPush } from '../../../lambda-src/fleet/push';
import { APPLIED_MARKER, FleetConfig } from '../../../src/private/rotation-contract';
import { VirtualClock } from '../../world';

const fleet: FleetConfig = {
  document: { name: 'Document', marker: true, parameters: {} }, maxErrors: '100%', timeoutSeconds: 300, minimumTargets: 1,
};
const done: CommandInvocation = {
  InstanceId: 'i-1', Status: 'Success', StatusDetails: 'Success', CommandPlugins: [{ Output: `${APPLIED_MARKER} v\n` }],
};

/** Run Command as it answers one time after the other; the last answer stays. */
class Answers extends RunCommand {
  constructor(private readonly commands: (Command | undefined)[], private readonly lists: CommandInvocation[][]) {
    super({} as ConstructorParameters<typeof RunCommand>[0]);
  }

  public async get(): Promise<Command | undefined> {
    return this.commands.length > 1 ? this.commands.shift() : this.commands[0];
  }

  public async invocations(): Promise<ListCommandInvocationsCommandOutput> {
    return { CommandInvocations: this.lists.length > 1 ? this.lists.shift() : this.lists[0], $metadata: {} };
  }
}

function reading(runCommand: RunCommand): CommandReader {
  const clock = new VirtualClock();
  return { runCommand, clock, random: () => 0.5, end: clock.now() + 60_000 };
}

describe('waiting for a command', () => {
  it('goes on until it is shown, has ended, and all of its invocations are listed', async () => {
    const answers = new Answers(
      [undefined, { Status: 'Pending', TargetCount: 0 }, { Status: 'Success', TargetCount: 2 }],
      [[], [done], [done, { ...done, InstanceId: 'i-2' }]],
    );
    expect(await awaitPush(reading(answers), fleet, 'v', 'c')).toMatchObject({ confirmed: 2, failed: 0 });
  });

  it('takes a reply without a list for an empty one', async () => {
    const answers = new Answers([{ Status: 'Success', StatusDetails: 'NoInstancesInTag', TargetCount: 0 }], []);
    expect(await awaitPush(reading(answers), fleet, 'v', 'c')).toMatchObject({ confirmed: 0, failed: 0 });
  });

  it('ends with the function, when nothing is listed at all', async () => {
    const answers = new Answers([{ Status: 'Success', TargetCount: 2 }], [[]]);
    await expect(awaitPush(reading(answers), fleet, 'v', 'c')).rejects
      .toThrow('command c (document Document) was still running when the function had to end: no server is listed yet; the next attempt goes on');
  });
});

describe('the message about a command that goes on', () => {
  it('names five servers out of the first page', async () => {
    const list = Array.from({ length: 50 }, (_, index) => ({ ...done, InstanceId: `i-${index}` }));
    const running = list.map(invocation => ({ ...invocation, Status: 'InProgress' as const, StatusDetails: 'InProgress' }));
    const confirmed = new Answers([{ Status: 'InProgress', TargetCount: 50 }], [list]);
    await expect(awaitPush(reading(confirmed), fleet, 'v', 'c')).rejects.toThrow('no server is listed yet');
    const unconfirmed = new Answers([{ Status: 'InProgress', TargetCount: 50 }], [running]);
    await expect(awaitPush(reading(unconfirmed), fleet, 'v', 'c')).rejects.toThrow('i-3 (InProgress), i-4 (InProgress); the next attempt');
  });
});

describe('a node does not count as confirmed', () => {
  it.each<[string, CommandInvocation, string]>([
    ['no step is listed', { ...done, CommandPlugins: undefined }, 'the document did not report the credential as applied'],
    ['its step has no output', { ...done, CommandPlugins: [{}] }, 'the document did not report the credential as applied'],
    ['it is still running', { ...done, Status: 'Delayed', StatusDetails: 'Delayed' }, 'i-1 (Delayed)'],
  ])('when %s', async (_, invocation, message) => {
    const answers = new Answers([{ Status: 'Success', TargetCount: 1 }], [[invocation]]);
    expect(describeFailure(await awaitPush(reading(answers), fleet, 'v', 'c'))).toContain(message);
  });

  it('when no step of somebody else\'s document is listed', async () => {
    const answers = new Answers([{ Status: 'Success', TargetCount: 1 }], [[{ ...done, CommandPlugins: [] }]]);
    const existing = { ...fleet, document: { ...fleet.document, marker: false } };
    expect(describeFailure(await awaitPush(reading(answers), existing, 'v', 'c'))).toContain('every step of the document was skipped');
  });

  it('but a document of somebody else need not print anything', async () => {
    const answers = new Answers([{ Status: 'Success', TargetCount: 1 }], [[{ ...done, CommandPlugins: [{}] }]]);
    const existing = { ...fleet, document: { ...fleet.document, marker: false } };
    expect(describeFailure(await awaitPush(reading(answers), existing, 'v', 'c'))).toBeUndefined();
  });
});
