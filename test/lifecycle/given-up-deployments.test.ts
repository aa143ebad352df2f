import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { describe, expect, it } from 'vitest';
import { DefineProps, failingLater, FLEET, Life } from './life';
import { CredentialFormat } from '../../src';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const withProps = (props: ReturnType<DefineProps> = {}): DefineProps => () => ({ mailServers: [FLEET], ...props });
const otherFormat = { credentialFormat: CredentialFormat.usernameColonPassword() };
const otherSchedule = { schedule: Schedule.rate(Duration.days(10)) };

async function living(): Promise<Life> {
  const life = new Life();
  life.addServer('i-00000001');
  life.addServer('i-00000002');
  await life.create(withProps());
  await life.clock.sleep(10 * DAY);
  return life;
}

describe('a rollback that restores the schedule, so that Secrets Manager rotates', () => {
  async function rolledBack() {
    const life = await living();
    const before = life.currentKey;
    await expect(life.update(failingLater(withProps({ ...otherSchedule, ...otherFormat })))).rejects.toThrow('Taken');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    await life.world.rotation.idle();
    return { before, life };
  }

  it('takes the credential up again that was current before the deployment', async () => {
    const { before, life } = await rolledBack();
    expect([life.currentKey, ...life.heldKeys]).toEqual([before, before, before]);
    expect(life.keysOf()).toHaveLength(2);
    await life.world.eventRules.pass(3 * DAY);
    expect(life.keysOf()).toEqual([before]);
    expect(life.world.eventRules.failures).toEqual([]);
    await life.rotate();
    expect(life.keysOf()).toEqual([before, life.currentKey]);
    expect([...life.refusals]).toEqual([]);
  });

  it('is followed by the same deployment, which takes up the credential that the first one made', async () => {
    const { life } = await rolledBack();
    const [, made] = life.keysOf();
    await life.update(withProps(otherFormat));
    expect([life.currentKey, ...life.heldKeys]).toEqual([made, made, made]);
    expect([...life.refusals]).toEqual([]);
  });
});

describe('an update that failed because a server was switched off', () => {
  const change = withProps({ mailServers: [{ ...FLEET, timeout: Duration.minutes(2) }], ...otherFormat });

  async function failed() {
    const life = await living();
    const before = life.currentKey;
    life.servers[0].online = false;
    await expect(life.update(change)).rejects.toThrow('mail servers');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    life.servers[0].online = true;
    await life.world.rotation.idle();
    await life.clock.sleep(DAY);
    return { before, life };
  }

  it('can be deployed again', async () => {
    const { life } = await failed();
    await life.update(change);
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect([...life.refusals]).toEqual([]);
  });

  it('can be deployed again, and fail and be rolled back again, with no server on a key that is gone', async () => {
    const { before, life } = await failed();
    life.servers[1].online = false;
    await expect(life.update(change)).rejects.toThrow('mail servers');
    life.servers[1].online = true;
    await life.world.rotation.idle();
    await life.world.eventRules.pass(2 * DAY);
    await life.rotate();
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect(life.keysOf()).toContain(before);
    expect([...life.refusals]).toEqual([]);
  });
});
