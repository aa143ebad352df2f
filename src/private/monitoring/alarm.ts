import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { RUNBOOK } from '../rotation-contract';

/** Goes off when the function fails, and when it does not run. */
export function defineAlarm(scope: Construct, rotationFunction: lambda.IFunction): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, 'Alarm', {
    alarmDescription: `SES SMTP credential ${scope.node.path}: a rotation failed, the credential in use does not work, or the function does not run. What to do: ${RUNBOOK}#first-look`,
    // Two runs of the watchdog, so that a run that is a little late leaves no gap.
    metric: rotationFunction.metricErrors({ period: Duration.hours(2), statistic: cloudwatch.Stats.SUM }),
    threshold: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    // A function that does not run reports no errors either.
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
}
