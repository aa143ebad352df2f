import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotationProps } from '../../../src';
import { expectedPassword } from '../../world/services/ses-smtp';
import { failureOf, Scenario } from '../scenario';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const REGION = 'eu-west-1';

/** After two rotations, a consumer holds the first key, and the watchdog has seen that nothing needs it. */
async function superseded(props: Partial<SesSmtpCredentialRotationProps> = {}): Promise<Scenario> {
  const scenario = new Scenario({ props: () => props });
  await scenario.rotateWell();
  await scenario.rotateWell();
  await scenario.watch();
  return scenario;
}

/** The consumer logs in with a key. */
function use({ ses, world }: Scenario, key: string): void {
  expect(ses.login(key, expectedPassword(world.iam.findAccessKey(key)!.secretAccessKey, REGION), { region: REGION })).toMatchObject({ ok: true });
}

/** The consumer logs in every hour. */
async function useFor(scenario: Scenario, key: string, time: number): Promise<void> {
  for (let passed = 0; passed < time; passed += HOUR) {
    use(scenario, key);
    await scenario.world.eventRules.pass(HOUR);
  }
}

function messageOf(failure: unknown): string {
  return (failure as Error).message;
}

function statusOf({ world }: Scenario, key: string): string | undefined {
  return world.iam.findAccessKey(key)?.status;
}

describe('the previous key', () => {
  it('stays active while somebody uses it, and is retired a quiet day later', async () => {
    const scenario = await superseded();
    const [first] = scenario.keys;
    await useFor(scenario, first, DAY + 4 * HOUR);
    expect(statusOf(scenario, first)).toBe('Active');
    expect(scenario.logs.join('\n')).toMatch(/previous access key stays active: it was last used at \S+, for ses-smtp in eu-west-1/);
    await scenario.world.eventRules.pass(22 * HOUR);
    expect(statusOf(scenario, first)).toBe('Active');
    await scenario.world.eventRules.pass(HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
    expect(scenario.world.eventRules.failures).toEqual([]);
  });

  it.each<[string, Partial<SesSmtpCredentialRotationProps>, number]>([
    ['7 days and its grace period', {}, 8 * DAY],
    ['another time', { gracePeriod: Duration.hours(12), holdWhileUsed: Duration.days(2) }, 2.5 * DAY],
    ['the grace period alone, with no hold', { holdWhileUsed: Duration.seconds(0) }, DAY],
  ])('is retired after %s, however much it is used', async (_time, props, time) => {
    const scenario = await superseded(props);
    const [first] = scenario.keys;
    await scenario.clock.sleep(time - 2 * HOUR);
    await useFor(scenario, first, HOUR);
    expect(statusOf(scenario, first)).toBe('Active');
    await useFor(scenario, first, HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
    expect(scenario.world.eventRules.failures).toEqual([]);
  });

  it('is retired on time if it was used only in the first minutes, as by the function itself', async () => {
    const scenario = await superseded({ gracePeriod: Duration.hours(3) });
    const [first] = scenario.keys;
    await scenario.clock.sleep(14 * MINUTE);
    use(scenario, first);
    await scenario.world.eventRules.pass(3 * HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
  });

  it('is retired on time where IAM does not record logins by SMTP', async () => {
    const scenario = await superseded();
    scenario.world.iam.recordsSmtp = false;
    const [first] = scenario.keys;
    await scenario.clock.sleep(DAY - HOUR);
    await useFor(scenario, first, HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
  });

  it('counts as unused after the grace period, if that is shorter than a day', async () => {
    const scenario = await superseded({ gracePeriod: Duration.hours(2) });
    const [first] = scenario.keys;
    await useFor(scenario, first, 5 * HOUR);
    expect(statusOf(scenario, first)).toBe('Active');
    await scenario.world.eventRules.pass(HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
  });
});

describe('a rotation that needs the slot of a key that is still used', () => {
  /** The key is in use, and the rotation has failed. */
  async function waiting(): Promise<{ readonly scenario: Scenario; readonly first: string; readonly second: string; readonly message?: string }> {
    const scenario = await superseded();
    const [first, second] = scenario.keys;
    await useFor(scenario, first, 2 * HOUR);
    const message = failureOf(await scenario.rotate())?.message;
    return { scenario, first, second, message };
  }

  it('fails before it makes a key, and names the key, its use and what ends it', async () => {
    const { first, message, scenario, second } = await waiting();
    expect(message).toMatch(new RegExp(`^createSecret: the rotation needs the slot of access key ${first}, which is still in use: it was last used at \\S+, for ses-smtp in eu-west-1; `
      + 'mail continues with the current credential; .*\\{"action":"revoke","accessKeyId":"' + first));
    expect(scenario.keys).toEqual([first, second]);
    expect(scenario.current.username).toBe(second);
  });

  it('is reported by the watchdog, which starts it when the key is no longer used', async () => {
    const { first, scenario, second } = await waiting();
    await useFor(scenario, first, DAY);
    expect(messageOf(scenario.world.eventRules.failures.at(-1))).toContain(`access key ${first} should be retired, because a rotation needs its slot, but it is still in use`);
    await scenario.world.eventRules.pass(DAY + HOUR);
    await scenario.world.rotation.idle();
    expect(scenario.current.username).not.toBe(second);
    expect(scenario.keys).toEqual([second, scenario.current.username]);
  });

  it('is started within the hour after somebody has revoked that key', async () => {
    const { first, scenario, second } = await waiting();
    await scenario.revoke(first);
    expect(scenario.current.username).toBe(second);
    await scenario.world.eventRules.pass(HOUR);
    await scenario.world.rotation.idle();
    expect(scenario.keys).toEqual([second, scenario.current.username]);
  });

  it('is not held up without a hold', async () => {
    const scenario = await superseded({ holdWhileUsed: Duration.seconds(0) });
    const [first, second] = scenario.keys;
    await useFor(scenario, first, 2 * HOUR);
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([second, scenario.current.username]);
  });

  it('is not held up if the current key has leaked', async () => {
    const scenario = await superseded();
    const [first, second] = scenario.keys;
    await useFor(scenario, first, 2 * HOUR);
    await scenario.revoke(second);
    expect(scenario.current.username).not.toBe(second);
    expect(statusOf(scenario, first)).toBeUndefined();
  });
});

it('a key that somebody made current again for a while was not used out of turn', async () => {
  const scenario = await superseded();
  const { secretArn, world: { secretsManager } } = scenario;
  const [first, second] = scenario.keys;
  const [former, current] = ['AWSPREVIOUS', 'AWSCURRENT'].map(label => secretsManager.valueOf(secretArn, label)!);
  await scenario.clock.sleep(HOUR);
  secretsManager.putByHand(secretArn, former);
  use(scenario, first);
  secretsManager.putByHand(secretArn, current);
  await scenario.rotateWell();
  expect(scenario.keys).toEqual([second, scenario.current.username]);
});

describe('a rotation that waits for something else', () => {
  async function expectNotStarted(scenario: Scenario): Promise<void> {
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'DeleteAccessKey') throw new Error('not today');
      return proceed();
    };
    expect(failureOf(await scenario.rotate())?.message).toContain('not today');
    scenario.world.intercept = undefined;
    await scenario.world.eventRules.pass(HOUR);
    expect(scenario.actions).not.toContain('RotateSecret');
  }

  it('is not started by the watchdog', async () => {
    const scenario = await superseded();
    await scenario.clock.sleep(HOUR);
    await expectNotStarted(scenario);
  });

  it('is not started either if the watchdog has not seen yet that the previous key is out of use', async () => {
    const scenario = new Scenario();
    for (let rotation = 0; rotation < 2; rotation++) await scenario.rotateWell();
    await expectNotStarted(scenario);
  });
});

describe('a key that is used until the next rotation', () => {
  it('is a problem in the last quarter of the interval, and not before', async () => {
    const scenario = await superseded({ schedule: events.Schedule.rate(Duration.days(7)), holdWhileUsed: Duration.days(30) });
    const [first] = scenario.keys;
    await scenario.clock.sleep(5 * DAY - HOUR);
    await useFor(scenario, first, HOUR);
    expect(scenario.world.eventRules.failures).toEqual([]);
    await scenario.clock.sleep(DAY - HOUR);
    await useFor(scenario, first, HOUR);
    expect(messageOf(scenario.world.eventRules.failures[0])).toContain(`access key ${first} should be retired, because a rotation needs its slot`);
  });
});
