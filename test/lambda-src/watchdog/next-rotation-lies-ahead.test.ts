import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { World } from '../../world';
import { expectedPassword } from '../../world/services/ses-smtp';
import { Scenario, ScenarioOptions } from '../scenario';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Format = (username: string, password: string) => string;

/** A key of half a year, and a secret with its credential. */
function imported(format: Format): ScenarioOptions {
  return {
    before: (world: World) => {
      world.iam.createUser({ name: 'relay' });
      const key = world.iam.createAccessKey('relay');
      Object.assign(key, { createDate: new Date(world.clock.now() - 180 * DAY) });
      world.setupSecret({ name: 'relay/smtp', value: format(key.accessKeyId, expectedPassword(key.secretAccessKey, world.region)) });
    },
    props: stack => ({
      user: User.fromUserName(stack, 'User', 'relay'),
      secret: Secret.fromSecretNameV2(stack, 'Secret', 'relay/smtp'),
      rotateImmediatelyOnUpdate: false,
    }),
  };
}

/** Secrets Manager counts from the moment in which it was given the schedule. */
function nextRotationAt({ world }: Scenario, time: number): void {
  world.intercept = async (call, proceed) => {
    const reply = await proceed();
    return call.action === 'DescribeSecret' ? { ...reply as object, NextRotationDate: new Date(time) } : reply;
  };
}

/** What the hourly runs fail with while time passes. */
async function complaints({ world: { eventRules } }: Scenario, time: number): Promise<string[]> {
  await eventRules.pass(time);
  return eventRules.failures.map(failure => (failure as Error).message);
}

describe('with rotateImmediatelyOnUpdate: false, the watchdog waits for the next rotation', () => {
  it.each<[string, Format]>([
    ['in the configured format', (username, password) => JSON.stringify({ username, password, region: 'eu-west-1' })],
    ['in the format of before', (username, password) => `${username}:${password}`],
  ])('if an imported key is older than the schedule allows, in a value %s', async (_which, format) => {
    const scenario = new Scenario(imported(format));
    nextRotationAt(scenario, scenario.clock.now() + 30 * DAY);
    expect(await complaints(scenario, 3 * DAY)).toEqual([]);
  });

  it('if the schedule is cut to less than the age of the key', async () => {
    const daily = new Scenario({ props: () => ({ schedule: Schedule.rate(Duration.days(1)), rotateImmediatelyOnUpdate: false }) });
    const scenario = new Scenario({ props: () => ({ rotateImmediatelyOnUpdate: false }) });
    await scenario.rotateWell();
    await scenario.clock.sleep(20 * DAY);
    const { maxAgeSeconds } = daily.config;
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, maxAgeSeconds });
    nextRotationAt(scenario, scenario.clock.now() + DAY);
    expect(await complaints(scenario, 23 * HOUR)).toEqual([]);
  });
});
