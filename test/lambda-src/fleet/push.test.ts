import { describe, expect, it } from 'vitest';
import { Answers, done, fleet, pushed, reading } from './run-command-answers';
import { awaitPush } from '../../../lambda-src/fleet/push';

describe('waiting for a command', () => {
  it('goes on until it is shown, has ended, and all of its invocations are listed', async () => {
    const answers = new Answers(
      [undefined, { Status: 'Pending', TargetCount: 0 }, { Status: 'Success', TargetCount: 2 }],
      [[], [done], [done, { ...done, InstanceId: 'i-2' }]],
    );
    expect(await awaitPush(reading(answers), fleet, pushed, 'c')).toMatchObject({ confirmed: 2, failed: 0 });
  });

  it('takes a reply without a list for an empty one', async () => {
    const answers = new Answers([{ Status: 'Success', StatusDetails: 'NoInstancesInTag', TargetCount: 0 }], []);
    expect(await awaitPush(reading(answers), fleet, pushed, 'c')).toMatchObject({ confirmed: 0, failed: 0 });
  });

  it('ends with its status, when it lists fewer servers than it counts', async () => {
    const answers = new Answers([{ CommandId: 'c', Status: 'Success', TargetCount: 2 }], [[]]);
    await expect(awaitPush(reading(answers, 180_000), fleet, pushed, 'c')).rejects
      .toThrow('command c (document Document) ended with status Success, and Run Command does not list all of its 2 mail servers; wait for');
  });

  it('ends with the function, when there is no time left to list all of them', async () => {
    const answers = new Answers([{ CommandId: 'c', Status: 'Success', TargetCount: 2 }], [[]]);
    await expect(awaitPush(reading(answers), fleet, pushed, 'c')).rejects
      .toThrow('Run Command did not list all of the 2 mail servers of command c before the function had to end; wait for the retry, which reads the list again, or rotate now');
  });

  it('ends with the detail of its status, when it met no server', async () => {
    const answers = new Answers([{ CommandId: 'c', Status: 'Failed', StatusDetails: 'RateExceeded', TargetCount: 0 }], [[]]);
    await expect(awaitPush(reading(answers), fleet, pushed, 'c')).rejects
      .toThrow('command c (document Document) ended with status RateExceeded before it reached a mail server; fix what');
  });
});
