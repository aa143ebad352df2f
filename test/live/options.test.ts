import { describe, expect, it } from 'vitest';
import { readOptions } from './options';

const read = (...args: string[]) => readOptions(args, () => 'ses-live-abc123');

describe('the options of the live suite', () => {
  it('name a Region, or the local AWS', () => {
    expect(read('--region', 'eu-west-1', '--fleet', '--yes')).toMatchObject({ region: 'eu-west-1', prefix: 'ses-live-abc123', fleet: true, yes: true, cleansOnly: false });
    expect(read('--local')).toMatchObject({ region: undefined, identity: 'example.com', fleet: false });
  });

  it('take the prefix of an earlier run to clean up after', () => {
    expect(read('--region', 'eu-west-1', '--clean', 'ses-live-zzz999')).toMatchObject({ prefix: 'ses-live-zzz999', cleansOnly: true });
  });

  it.each([
    [[], '--region or --local must be given'],
    [['--region', 'eu-west-1', '--local'], '--region or --local must be given'],
    [['--region', 'Ireland'], '--region must be the name of a Region, got Ireland'],
    [['--local', '--identity', 'example.com'], 'need an account'],
    [['--local', '--clean', 'ses-live-zzz999'], 'need an account'],
    [['--region', 'eu-west-1', '--clean', 'prod'], '--clean must be the prefix of a run'],
    [['--region', 'eu-west-1', 'fleet'], 'Unexpected argument'],
    [['--regoin', 'eu-west-1'], 'Unknown option'],
  ])('are refused: %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
