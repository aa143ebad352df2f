import { Duration, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { RUNBOOK } from '../rotation-contract';

/** Two runs of the watchdog, so that a run that is a little late leaves no gap. */
const SHORTEST_PERIOD = Duration.hours(2);
/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const LONGEST_EVALUATION = Duration.days(7);

/** The props of the alarm. */
interface AlarmProps {
  readonly alarm?: boolean;
  readonly alarmPeriod?: Duration;
  readonly alarmEvaluationPeriods?: number;
}

/** Throws on periods that CloudWatch rejects, or in which the watchdog may not run, and on periods without an alarm. */
export function validateAlarm({ alarm = true, alarmEvaluationPeriods, alarmPeriod }: AlarmProps): void {
  const misplaced = Object.entries({ alarmPeriod, alarmEvaluationPeriods }).find(([, value]) => value !== undefined);
  if (!alarm && misplaced) throw new Error(`${misplaced[0]} must be set together with an alarm, got it without one; leave it out`);
  const { period, evaluationPeriods } = periodsOf({ alarmPeriod, alarmEvaluationPeriods });
  if (period.isUnresolved() || Token.isUnresolved(evaluationPeriods)) return;
  const seconds = period.toSeconds();
  if (seconds % 60 !== 0 || seconds < SHORTEST_PERIOD.toSeconds()) {
    throw new Error(`alarmPeriod must be whole minutes from ${SHORTEST_PERIOD.toHumanString()}, because the watchdog runs every hour, got ${period.toHumanString()}; choose such a period`);
  }
  if (!Number.isInteger(evaluationPeriods) || evaluationPeriods < 1) {
    throw new Error(`alarmEvaluationPeriods must be an integer from 1, got ${evaluationPeriods}; leave it out for 1`);
  }
  if (seconds * evaluationPeriods > LONGEST_EVALUATION.toSeconds()) {
    throw new Error(`alarmPeriod must be at most ${LONGEST_EVALUATION.toHumanString()} in all alarmEvaluationPeriods together, got ${evaluationPeriods} times ${period.toHumanString()}; shorten one of them`);
  }
}

/** Goes off when the function fails, and when it does not run. */
export function defineAlarm(scope: Construct, rotationFunction: lambda.IFunction, props: AlarmProps): cloudwatch.Alarm | undefined {
  if (props.alarm === false) return undefined;
  const { period, evaluationPeriods } = periodsOf(props);
  return new cloudwatch.Alarm(scope, 'Alarm', {
    alarmDescription: `SES SMTP credential ${scope.node.path}: a rotation failed, the credential in use does not work, or the function does not run. What to do: ${RUNBOOK}#first-look`,
    metric: rotationFunction.metricErrors({ period, statistic: cloudwatch.Stats.SUM }),
    threshold: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods,
    // A function that does not run reports no errors either.
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
}

function periodsOf({ alarmEvaluationPeriods = 1, alarmPeriod = SHORTEST_PERIOD }: AlarmProps): { period: Duration; evaluationPeriods: number } {
  return { period: alarmPeriod, evaluationPeriods: alarmEvaluationPeriods };
}
