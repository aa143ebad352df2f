import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { describe, expect, it } from 'vitest';
import { failingLater, FLEET, Life, living, withProps } from './life';
import { CredentialFormat } from '../../src';
import { failsWith } from '../world/nodes';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const otherFormat = { credentialFormat: CredentialFormat.usernameColonPassword() };
const otherSchedule = { schedule: Schedule.rate(Duration.days(10)) };

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

describe('another id of the construct that is given up', () => {
  it('leaves every server with a credential that works', async () => {
    const life = await living();
    life.servers[1].behaviour = failsWith('Failed');
    await expect(life.update(withProps(), 'Renamed')).rejects.toThrow('1 of 2 mail servers');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect([...life.refusals]).toEqual([]);
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    await life.world.eventRules.pass(3 * HOUR);
    expect(life.world.eventRules.failures).toEqual([]);
  });

  it('does so as well when the server that failed answers again during the rollback', async () => {
    const life = await living();
    const isRollback = () => life.stack.events.some(({ status }) => status === 'UPDATE_ROLLBACK_IN_PROGRESS');
    life.servers[1].behaviour = async (execution, node) => (isRollback() ? life.applies() : failsWith('Failed'))(execution, node);
    await expect(life.update(withProps(), 'Renamed')).rejects.toThrow('1 of 2 mail servers');
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect(life.logs.filter(line => line.includes('mail servers may hold a key'))).toEqual([]);
    expect([...life.refusals]).toEqual([]);
  });

  it('does so as well when all servers had changed, and the former one goes on rotating', async () => {
    const life = await living();
    await expect(life.update(failingLater(withProps()), 'Renamed')).rejects.toThrow('Taken');
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    await life.rotate();
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect([...life.refusals]).toEqual([]);
  });

  it('does so although a server takes the other credential only now', async () => {
    const life = await living();
    life.servers[0].startsAfter = 90_000;
    life.servers[1].behaviour = failsWith('Failed');
    const update = life.update(withProps(), 'Renamed').catch(() => undefined);
    await life.clock.sleep(60_000);
    life.stack.cancel();
    await update;
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect([...life.refusals]).toEqual([]);
  });

  it('is deleted all the same when a server does not take the former credential again, and says so', async () => {
    const life = await living();
    let commands = 0;
    life.servers[1].behaviour = async (execution, node) => (commands++ === 0 ? life.applies() : failsWith('Failed'))(execution, node);
    await expect(life.update(failingLater(withProps()), 'Renamed')).rejects.toThrow('Taken');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(life.stack.orphans).toEqual([]);
    expect(life.logs.filter(line => line.includes('mail servers may hold a key that will be deleted'))).toHaveLength(1);
  });

  it('is deleted all the same when a server does not answer any more, and says so', async () => {
    const life = await living();
    life.servers[1].behaviour = async () => {
      life.servers.forEach(server => { server.online = false; });
      return failsWith('Failed')({ content: { mainSteps: [] } } as never, life.servers[1]);
    };
    await expect(life.update(withProps({ mailServers: [{ ...FLEET, timeout: Duration.minutes(2) }] }), 'Renamed')).rejects.toThrow('mail servers');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(life.stack.orphans).toEqual([]);
    expect(life.logs.filter(line => line.includes('mail servers may hold a key'))).toHaveLength(1);
  });
});

it('another user that is given up goes with the key that a step makes for it which is still at work', async () => {
  const life = await living();
  const { iam, secretsManager } = life.world;
  const secretArn = life.secret.arn;
  life.servers[1].behaviour = failsWith('Failed');
  let isLate = false;
  life.world.intercept = async ({ action, input }, proceed) => {
    const result = await proceed();
    if (isLate || action !== 'DeleteAccessKey' || input.UserName !== 'other') return result;
    isLate = true;
    const { accessKeyId } = iam.createAccessKey('other');
    secretsManager.createPlaceholder(secretsManager.secret(secretArn), '0a1b2c3d-0000-4000-a000-000000000001', { SecretString: `${accessKeyId}:late` });
    return result;
  };
  await expect(life.update(withProps({ userName: 'other' }))).rejects.toThrow('1 of 2 mail servers');
  expect([isLate, life.stack.orphans]).toEqual([true, []]);
});

it('the deletion of a stack a day later gives servers nothing back, as they were meant to change', async () => {
  const life = await living();
  await life.update(withProps(), 'Renamed');
  await life.clock.sleep(2 * DAY);
  const { length } = life.world.ssm.commands;
  await life.stack.delete();
  expect(life.world.ssm.commands).toHaveLength(length);
});

it.each([0, 1])('the deletion of the first stack for %d servers sends nothing', async servers => {
  const life = new Life();
  if (servers > 0) life.addServer('i-00000001');
  await life.create(withProps());
  const { length } = life.world.ssm.commands;
  await life.stack.delete();
  expect(life.world.ssm.commands).toHaveLength(length);
});
