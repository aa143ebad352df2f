import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { describe, expect, it } from 'vitest';
import { Scenario, ScenarioOptions } from '../scenario';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** What the watchdog writes down of the current key, so many seconds after a rotation. */
async function ageAfter(seconds: number, options?: ScenarioOptions, before: (scenario: Scenario) => void = () => undefined) {
  const scenario = new Scenario(options);
  await scenario.rotateWell();
  before(scenario);
  await scenario.clock.sleep(seconds * 1000);
  await scenario.watch().catch(() => undefined);
  const lines = scenario.logs.map(line => JSON.parse(line) as Record<string, unknown>);
  return lines.filter(({ message }) => message === 'age of the current access key')
    .map(({ level, step, ageSeconds, allowedAgeSeconds }) => ({ level, step, ageSeconds, allowedAgeSeconds }));
}

describe('the age of the current key', () => {
  it('stands beside the age at which the next rotation is overdue', async () => {
    expect(await ageAfter(5 * DAY)).toEqual([{ level: 'INFO', step: 'watchdog', ageSeconds: 5 * DAY, allowedAgeSeconds: 30 * DAY + 6 * HOUR }]);
  });

  it('is written down when the watchdog finds something wrong as well', async () => {
    expect(await ageAfter(31 * DAY)).toMatchObject([{ ageSeconds: 31 * DAY, allowedAgeSeconds: 30 * DAY + 6 * HOUR }]);
  });

  it('stands beside what the interval allows if Secrets Manager does not tell the next rotation', async () => {
    const age = await ageAfter(HOUR, { props: () => ({ schedule: Schedule.rate(Duration.days(7)) }) }, scenario => {
      scenario.world.secretsManager.secret(scenario.secretArn).rotation = undefined;
    });
    expect(age).toMatchObject([{ allowedAgeSeconds: 8 * DAY }]);
  });

  it('may be any if neither is known', async () => {
    expect(await ageAfter(HOUR, { props: () => ({ schedule: Schedule.cron({ minute: '0', hour: '3' }) }) }))
      .toEqual([{ level: 'INFO', step: 'watchdog', ageSeconds: HOUR, allowedAgeSeconds: undefined }]);
  });

  it('is not known of a key that is gone', async () => {
    expect(await ageAfter(HOUR, undefined, scenario => {
      scenario.world.iam.deleteAccessKey(scenario.userName, scenario.keys[0]);
    })).toEqual([]);
  });
});
