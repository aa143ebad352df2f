import { Duration, Lazy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { defineRotation, expectRefusal, onlyResource } from '../../define-rotation';

describe('the alarm', () => {
  it('goes off at one error in the time of two runs of the watchdog, and when nothing runs', () => {
    const { stack, rotation } = defineRotation();
    const [rotationFunction] = Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
    expect(onlyResource(stack, 'AWS::CloudWatch::Alarm')).toEqual({
      AlarmDescription: 'SES SMTP credential Stack/Newsletter: a rotation failed, the credential in use does not work, or the function does not run. What to do: '
        + 'https://github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation/blob/main/docs/operations.md#first-look',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: rotationFunction } }],
      Statistic: 'Sum',
      Period: 7200,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
    });
    const [alarm] = Object.keys(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    expect(stack.resolve(rotation.alarm.alarmName)).toEqual({ Ref: alarm });
  });

  it('can be left out, and then cannot be used', () => {
    const { rotation, stack } = defineRotation(() => ({ alarm: false, dashboard: true }));
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardBody: Match.not(Match.stringLikeRegexp('"type":"alarm"')) });
    expect(() => rotation.alarm).toThrow('alarm must not be false where the alarm is used, got Stack/Newsletter without an alarm; use metricErrors');
  });

  it('may have other periods', () => {
    const { stack } = defineRotation(() => ({ alarmPeriod: Duration.hours(3), alarmEvaluationPeriods: 2 }));
    expect(onlyResource(stack, 'AWS::CloudWatch::Alarm')).toMatchObject({ Period: 10_800, EvaluationPeriods: 2 });
    const tokens = defineRotation(() => ({ alarmEvaluationPeriods: Lazy.number({ produce: () => 3 }) }));
    expect(onlyResource(tokens.stack, 'AWS::CloudWatch::Alarm')).toMatchObject({ EvaluationPeriods: 3 });
  });

  it.each([[119, '1 hour 59 minutes'], [60, '1 hour']])('fails with a period of %i minutes', (minutes, text) => {
    expectRefusal(() => ({ alarmPeriod: Duration.minutes(minutes) }), `alarmPeriod must be whole minutes from 2 hours, because the watchdog runs every hour, got ${text}`);
  });

  it('fails with a period that is not whole minutes', () => {
    expectRefusal(() => ({ alarmPeriod: Duration.seconds(7201) }), 'alarmPeriod must be whole minutes from 2 hours');
  });

  it.each([0, 1.5, -1])('fails with %d periods', alarmEvaluationPeriods => {
    expectRefusal(() => ({ alarmEvaluationPeriods }), `alarmEvaluationPeriods must be an integer from 1, got ${alarmEvaluationPeriods}`);
  });

  it('evaluates at most 7 days', () => {
    expect(() => defineRotation(() => ({ alarmEvaluationPeriods: 84 }))).not.toThrow();
    expectRefusal(() => ({ alarmEvaluationPeriods: 85 }), 'alarmPeriod must be at most 7 days in all alarmEvaluationPeriods together, got 85 times 2 hours');
  });

  it.each([{ alarmPeriod: Duration.hours(3) }, { alarmEvaluationPeriods: 2 }])('fails with %o if it is left out', periods => {
    expectRefusal(() => ({ alarm: false, ...periods }), `${Object.keys(periods)[0]} must be set together with an alarm, got it without one; leave it out`);
  });
});
