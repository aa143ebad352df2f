import { CommandInvocation } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { Answers, done, fleet, pushed, reading } from './run-command-answers';
import { describeFailure } from '../../../lambda-src/fleet/answers';
import { awaitPush } from '../../../lambda-src/fleet/push';

describe('the message about a command that goes on', () => {
  it('names five servers out of the first page', async () => {
    const list = Array.from({ length: 50 }, (_, index) => ({ ...done, InstanceId: `i-${index}` }));
    const running = list.map(invocation => ({ ...invocation, Status: 'InProgress' as const, StatusDetails: 'InProgress' }));
    const confirmed = new Answers([{ Status: 'InProgress', TargetCount: 50 }], [list]);
    await expect(awaitPush(reading(confirmed), fleet, pushed, 'c')).rejects.toThrow('no server is listed yet');
    const unconfirmed = new Answers([{ Status: 'InProgress', TargetCount: 50 }], [running]);
    await expect(awaitPush(reading(unconfirmed), fleet, pushed, 'c')).rejects.toThrow('i-3 (InProgress), i-4 (InProgress); wait for the retry');
  });
});

describe('a node does not count as confirmed', () => {
  it.each<[string, CommandInvocation, string]>([
    ['no step is listed', { ...done, CommandPlugins: undefined }, 'the document did not report the credential as applied'],
    ['its step has no output', { ...done, CommandPlugins: [{}] }, 'the document did not report the credential as applied'],
    ['it is still running', { ...done, Status: 'Delayed', StatusDetails: 'Delayed' }, 'i-1 (Delayed)'],
  ])('when %s', async (_, invocation, message) => {
    const answers = new Answers([{ Status: 'Success', TargetCount: 1 }], [[invocation]]);
    expect(describeFailure(await awaitPush(reading(answers), fleet, pushed, 'c'))).toContain(message);
  });

  it('when no step of somebody else\'s document is listed', async () => {
    const answers = new Answers([{ Status: 'Success', TargetCount: 1 }], [[{ ...done, CommandPlugins: [] }]]);
    const existing = { ...fleet, document: { ...fleet.document, marker: false } };
    expect(describeFailure(await awaitPush(reading(answers), existing, pushed, 'c'))).toContain('every step of the document was skipped');
  });

  it('but a document of somebody else need not print anything', async () => {
    const answers = new Answers([{ Status: 'Success', TargetCount: 1 }], [[{ ...done, CommandPlugins: [{}] }]]);
    const existing = { ...fleet, document: { ...fleet.document, marker: false } };
    expect(describeFailure(await awaitPush(reading(answers), existing, pushed, 'c'))).toBeUndefined();
  });
});
