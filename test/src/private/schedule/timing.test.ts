import { CfnParameter, Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotationProps } from '../../../../src';
import { configOf, defineRotation, expectRefusal, onlyResource, textOf } from '../../define-rotation';

describe('the grace period', () => {
  const secondsWith = (props: Partial<SesSmtpCredentialRotationProps>) => configOf(defineRotation(() => props).stack).gracePeriodSeconds;

  it.each([
    [Duration.days(30), 86_400],
    [Duration.days(2), 86_400],
    [Duration.days(1), 43_200],
    [Duration.hours(4), 7_200],
  ])('is a day, or half of the interval if that is shorter: with %s it is %i seconds', (interval, seconds) => {
    expect(secondsWith({ schedule: events.Schedule.rate(interval) })).toBe(seconds);
  });

  it('is a day with a cron expression', () => {
    expect(secondsWith({ schedule: events.Schedule.cron({ minute: '0', hour: '0/6' }) })).toBe(86_400);
  });

  it('may be another one, and none', () => {
    expect(secondsWith({ gracePeriod: Duration.days(7) })).toBe(7 * 86_400);
    expect(secondsWith({ gracePeriod: Duration.seconds(0) })).toBe(0);
    expect(secondsWith({ gracePeriod: Duration.days(7), schedule: events.Schedule.cron({ minute: '0', hour: '3' }) })).toBe(7 * 86_400);
  });

  it('fails when it is not shorter than the interval', () => {
    const schedule = events.Schedule.rate(Duration.days(30));
    for (const days of [30, 40]) {
      expectRefusal(() => ({ schedule, gracePeriod: Duration.days(days) }),
        `gracePeriod must be shorter than the rotation interval, because a user has two access keys, got ${days} days and 30 days`);
    }
    expect(secondsWith({ schedule, gracePeriod: Duration.seconds(30 * 86_400 - 1) })).toBe(30 * 86_400 - 1);
    expectRefusal(() => ({ schedule: events.Schedule.rate(Duration.hours(4)), gracePeriod: Duration.days(1) }), 'got 1 day and 4 hours');
  });

  it('may be seconds, and may belong to a rate, that only the deployment knows', () => {
    const { stack } = defineRotation(scope => ({ gracePeriod: Duration.seconds(new CfnParameter(scope, 'Grace', { type: 'Number' }).valueAsNumber) }));
    expect(textOf(onlyResource(stack, 'AWS::Lambda::Function').Environment.Variables.ROTATION_CONFIG)).toContain('"gracePeriodSeconds":<Grace>,');
    const rate = defineRotation(scope => ({
      gracePeriod: Duration.days(2),
      schedule: events.Schedule.rate(Duration.days(new CfnParameter(scope, 'Days', { type: 'Number' }).valueAsNumber)),
    }));
    expect(configOf(rate.stack)).toMatchObject({ gracePeriodSeconds: 172_800 });
  });
});

describe('the function', () => {
  it('gets the age at which a key has missed its rotation, if the schedule is a rate', () => {
    const config = (schedule: events.Schedule) => configOf(defineRotation(() => ({ schedule })).stack);
    expect(config(events.Schedule.rate(Duration.days(30))).maxAgeSeconds).toBe(31 * 86_400);
    expect(config(events.Schedule.rate(Duration.hours(4))).maxAgeSeconds).toBe(28 * 3_600);
    expect(config(events.Schedule.cron({ minute: '0', hour: '3' }))).not.toHaveProperty('maxAgeSeconds');
  });

  it('learns whether the first rotation comes with the deployment', () => {
    expect(configOf(defineRotation().stack).rotatesAtOnce).toBe(true);
    expect(configOf(defineRotation(() => ({ rotateImmediatelyOnUpdate: false })).stack).rotatesAtOnce).toBe(false);
  });
});

describe('the hold', () => {
  const secondsWith = (props: Partial<SesSmtpCredentialRotationProps>) => configOf(defineRotation(() => props).stack).holdWhileUsedSeconds;
  const none = Duration.seconds(0);

  it('is 7 days, or another time, or none', () => {
    expect(secondsWith({})).toBe(7 * 86_400);
    expect(secondsWith({ holdWhileUsed: Duration.days(2) })).toBe(2 * 86_400);
    expect(secondsWith({ holdWhileUsed: none })).toBe(0);
  });

  it('is none without a grace period, and fails if another one is wanted', () => {
    expect(secondsWith({ gracePeriod: none })).toBe(0);
    expect(secondsWith({ gracePeriod: none, holdWhileUsed: none })).toBe(0);
    expectRefusal(() => ({ gracePeriod: none, holdWhileUsed: Duration.days(2) }), 'holdWhileUsed must be 0 seconds without a gracePeriod, got 2 days');
  });

  it('is none by default where a rotation a day later would need the slot of each key that is used', () => {
    const daily = events.Schedule.cron({ minute: '0', hour: '3' });
    expect(secondsWith({ schedule: daily })).toBe(0);
    expect(secondsWith({ schedule: daily, holdWhileUsed: Duration.days(1) })).toBe(86_400);
    expect(secondsWith({ schedule: events.Schedule.cron({ minute: '0', hour: '3', day: '1' }) })).toBe(7 * 86_400);
  });

  it('may be known only by the deployment, as the grace period may', () => {
    const { stack } = defineRotation(scope => ({
      gracePeriod: Duration.seconds(new CfnParameter(scope, 'Grace', { type: 'Number' }).valueAsNumber),
      holdWhileUsed: Duration.seconds(new CfnParameter(scope, 'Hold', { type: 'Number' }).valueAsNumber),
    }));
    expect(textOf(onlyResource(stack, 'AWS::Lambda::Function').Environment.Variables.ROTATION_CONFIG)).toContain('"holdWhileUsedSeconds":<Hold>,');
    const withoutGrace = defineRotation(scope => ({
      gracePeriod: none, holdWhileUsed: Duration.seconds(new CfnParameter(scope, 'Hold', { type: 'Number' }).valueAsNumber),
    }));
    expect(textOf(onlyResource(withoutGrace.stack, 'AWS::Lambda::Function').Environment.Variables.ROTATION_CONFIG)).toContain('"holdWhileUsedSeconds":<Hold>,');
  });
});
