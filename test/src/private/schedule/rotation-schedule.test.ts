import { App, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Schedule } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { rotationRules } from '../../../../src/private/schedule/rotation-schedule';
import { defineRotation, dependenciesOf, onlyResource } from '../../define-rotation';

const SCHEDULE = 'AWS::SecretsManager::RotationSchedule';
const RATE_ERROR = 'schedule must be a rate of whole hours or days from 4 hours to 1000 days, got';
const FORM_ERROR = 'schedule must be rate(n hours), rate(n days) or cron(0 hour day month weekday *), got';

function numberParameter(stack: Stack, id: string): number {
  return new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
}

describe('a rate', () => {
  it.each([
    [Duration.hours(4), 'rate(4 hours)'],
    [Duration.minutes(240), 'rate(4 hours)'],
    [Duration.hours(30), 'rate(30 hours)'],
    [Duration.days(1), 'rate(1 day)'],
    [Duration.days(1000), 'rate(1000 days)'],
  ])('of %s is %s', (duration, scheduleExpression) => {
    expect(rotationRules(Schedule.rate(duration))).toEqual({ scheduleExpression });
  });

  it.each([
    ['rate(240 minutes)', 'rate(4 hours)'],
    ['rate(24 hours)', 'rate(24 hours)'],
    ['rate(1 days)', 'rate(1 day)'],
    ['rate(30 day)', 'rate(30 days)'],
  ])('as the expression %s is %s', (expression, scheduleExpression) => {
    expect(rotationRules(Schedule.expression(expression))).toEqual({ scheduleExpression });
  });

  it.each([
    [Duration.hours(3), 'rate(3 hours)'],
    [Duration.minutes(1), 'rate(1 minute)'],
    [Duration.minutes(239), 'rate(239 minutes)'],
    [Duration.minutes(241), 'rate(241 minutes)'],
    [Duration.days(1001), 'rate(1001 days)'],
    [Duration.hours(24001), 'rate(24001 hours)'],
  ])('fails when it is %s', (duration, rate) => {
    expect(() => rotationRules(Schedule.rate(duration))).toThrow(`${RATE_ERROR} ${rate}`);
  });

  it('may be one that only the deployment knows', () => {
    const stack = new Stack(new App());
    const rules = rotationRules(Schedule.rate(Duration.days(numberParameter(stack, 'Days'))));
    expect(stack.resolve(rules)).toEqual({ scheduleExpression: { 'Fn::Join': ['', ['rate(', { Ref: 'Days' }, ' days)']] } });
  });
});

describe('a cron expression', () => {
  it('is taken as it is', () => {
    const schedule = Schedule.cron({ minute: '0', hour: '3', weekDay: 'SUN' });
    expect(rotationRules(schedule)).toEqual({ scheduleExpression: 'cron(0 3 ? * SUN *)' });
  });

  it.each(['0', '0,4', '8-16/4', '0/6', '*/4', '0,8-16/8', '23', '4-4'])('may have the hours %s', hour => {
    expect(rotationRules(Schedule.cron({ minute: '0', hour })).scheduleExpression).toBe(`cron(0 ${hour} * * ? *)`);
  });

  it.each(['*', '30', '0,30', '0/30'])('fails when its minutes are %s', minute => {
    expect(() => rotationRules(Schedule.cron({ minute, hour: '3' })))
      .toThrow(`schedule must have 0 in the minutes, got cron(${minute} 3 * * ? *); set the prop minute to 0`);
  });

  it('fails when the minutes are left out', () => {
    expect(() => rotationRules(Schedule.cron({ hour: '3' }))).toThrow('schedule must have 0 in the minutes, got cron(* 3 * * ? *)');
  });

  it.each(['2030', '2030-2040'])('fails when the year is %s', year => {
    expect(() => rotationRules(Schedule.cron({ minute: '0', hour: '3', year })))
      .toThrow(`schedule must not set the year, got cron(0 3 * * ? ${year}); leave the prop year out`);
  });

  it.each([['*', 1], ['0/2', 2], ['8-16', 1], ['0,3', 3], ['0,22', 2], ['*/5', 4]])('counts the hours from one run to the next: %s has %i', (hour, gap) => {
    const define = () => rotationRules(Schedule.cron({ minute: '0', hour }));
    if (gap >= 4) return expect(define).not.toThrow();
    expect(define).toThrow(`schedule must leave at least 4 hours between rotations, got ${gap} in cron(0 ${hour} * * ? *)`);
  });

  it.each(['24', '0-24', '22-2', '0/0', 'noon', '8,', '-4', '1-2-3', '?'])('fails when the hours are %s', hour => {
    expect(() => rotationRules(Schedule.expression(`cron(0 ${hour} * * ? *)`)))
      .toThrow(`schedule must have hours from 0 to 23, such as 3, 0/6 or 8,20, got cron(0 ${hour} * * ? *)`);
  });

  it.each(['cron(0 3 * * ?)', 'cron(0 3 * * ? * *)', 'cron()', 'at(2030-01-01T00:00:00)', 'rate(4 weeks)', 'rate(1.5 days)', 'monthly'])('fails when the expression is %s', expression => {
    expect(() => rotationRules(Schedule.expression(expression))).toThrow(`${FORM_ERROR} ${expression}`);
  });

  it('may be one that is not known yet', () => {
    const stack = new Stack(new App());
    const schedule = Schedule.expression(Lazy.string({ produce: () => 'cron(0 3 * * ? *)' }));
    expect(stack.resolve(rotationRules(schedule, Duration.hours(24)))).toEqual({ scheduleExpression: 'cron(0 3 * * ? *)', duration: '24h' });
  });
});

describe('a window', () => {
  const daily = Schedule.rate(Duration.days(1));

  it.each([
    [Schedule.rate(Duration.days(30)), 24],
    [Schedule.rate(Duration.hours(30)), 24],
    [Schedule.rate(Duration.hours(5)), 5],
    [Schedule.cron({ minute: '0', hour: '0' }), 24],
    [Schedule.cron({ minute: '0', hour: '20' }), 4],
    [Schedule.cron({ minute: '0', hour: '0/6' }), 6],
    [Schedule.cron({ minute: '0', hour: '4,10,20' }), 4],
    [Schedule.cron({ minute: '0', hour: '23' }), 1],
    [Schedule.expression(Lazy.string({ produce: () => 'rate(1 day)' })), 24],
  ])('ends on its day and before the next rotation: with %o after %i hours', (schedule, longest) => {
    expect(rotationRules(schedule, Duration.hours(longest)).duration).toBe(`${longest}h`);
    expect(() => rotationRules(schedule, Duration.hours(longest + 1))).toThrow(
      `rotationWindow must be whole hours from 1 to ${longest} with this schedule, because it must end on the day it begins (UTC) and before the next rotation, got `
      + Duration.hours(longest + 1).toHumanString(),
    );
  });

  it('may be given in other units', () => {
    expect(rotationRules(daily, Duration.minutes(120)).duration).toBe('2h');
  });

  it.each([Duration.hours(0), Duration.minutes(30), Duration.minutes(90), Duration.seconds(1), Duration.days(2)])('fails when it is %s', duration => {
    expect(() => rotationRules(daily, duration)).toThrow(
      'rotationWindow must be whole hours from 1 to 24 with this schedule, because it must end on the day it begins (UTC) '
      + `and before the next rotation, got ${duration.toHumanString()}`);
  });

  it('may be hours that only the deployment knows', () => {
    const stack = new Stack(new App());
    const rules = rotationRules(daily, Duration.hours(numberParameter(stack, 'Hours')));
    expect(stack.resolve(rules)).toEqual({ scheduleExpression: 'rate(1 day)', duration: { 'Fn::Join': ['', [{ Ref: 'Hours' }, 'h']] } });
  });
});

describe('the schedule', () => {
  it('rotates every 30 days and at once', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [secret] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
    const [rotationFunction] = Object.keys(template.findResources('AWS::Lambda::Function'));
    template.hasResourceProperties(SCHEDULE, {
      SecretId: { Ref: secret },
      RotationLambdaARN: { 'Fn::GetAtt': [rotationFunction, 'Arn'] },
      RotationRules: { ScheduleExpression: 'rate(30 days)', Duration: Match.absent() },
      RotateImmediatelyOnUpdate: true,
    });
  });

  it('may be another one, with a window, and wait for its time', () => {
    const { stack } = defineRotation(() => ({
      schedule: Schedule.cron({ minute: '0', hour: '3' }), rotationWindow: Duration.hours(2), rotateImmediatelyOnUpdate: false,
    }));
    expect(onlyResource(stack, SCHEDULE))
      .toMatchObject({ RotationRules: { ScheduleExpression: 'cron(0 3 * * ? *)', Duration: '2h' }, RotateImmediatelyOnUpdate: false });
  });

  it('depends on all that the first rotation needs: permission, policies and group membership', () => {
    const { stack } = defineRotation(scope => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    expect(dependenciesOf(stack, 'NewsletterSchedule').map(id => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'NewsletterGroup', 'NewsletterInvokePermission', 'NewsletterPolicy', 'NewsletterRole',
    ]);
    const imported = defineRotation(scope => ({ user: iam.User.fromUserName(scope, 'Existing', 'mailer') }));
    expect(dependenciesOf(imported.stack, 'NewsletterSchedule')).toContainEqual(expect.stringContaining('GroupMembership'));
  });
});
