import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { defineRotation, onlyResource } from '../../define-rotation';

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
});
