import { describe, expect, it } from 'vitest';
import { Answers, done, fleet, reading } from './run-command-answers';
import { awaitPush } from '../../../lambda-src/fleet/push';

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
