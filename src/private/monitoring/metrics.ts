import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

const NAMESPACE = 'SesSmtpCredential';

/** Where the lines of a credential are. */
interface LogSource {
  readonly secret: secretsmanager.ISecret;
  readonly logGroup: logs.ILogGroup;
}

/** A figure in the log lines with a certain message. */
interface LogFigure {
  readonly metricName: string;
  readonly message: string;
  /** The line's field. Without it, the lines are counted. */
  readonly field?: string;
  readonly unit: cloudwatch.Unit;
  readonly statistic: string;
}

export const KEY_AGE: LogFigure = {
  metricName: 'KeyAge', message: 'age of the current access key', field: 'ageSeconds', unit: cloudwatch.Unit.SECONDS, statistic: cloudwatch.Stats.MAXIMUM,
};
export const ROTATIONS: LogFigure = {
  metricName: 'Rotations', message: 'credential promoted', unit: cloudwatch.Unit.COUNT, statistic: cloudwatch.Stats.SUM,
};
export const CONFIRMED_SERVERS: LogFigure = {
  metricName: 'ConfirmedServers', message: 'mail servers answered', field: 'confirmed', unit: cloudwatch.Unit.COUNT, statistic: cloudwatch.Stats.SUM,
};
export const FAILED_SERVERS: LogFigure = {
  metricName: 'FailedServers', message: 'mail servers answered', field: 'failed', unit: cloudwatch.Unit.COUNT, statistic: cloudwatch.Stats.SUM,
};

/** A metric of the log. What makes CloudWatch write it is defined when it is first asked for, because it is billed. */
export function logMetric(scope: Construct, source: LogSource, figure: LogFigure, options: cloudwatch.MetricOptions): cloudwatch.Metric {
  const { secret: { secretFullArn }, logGroup } = source;
  const { metricName, statistic, unit } = figure;
  if (!secretFullArn) {
    throw new Error(`metric ${metricName} must be of a secret whose complete ARN is known, got ${scope.node.path} with one that was imported by its name; import it with Secret.fromSecretCompleteArn`);
  }
  if (!scope.node.tryFindChild(filterId(figure))) defineFilter(scope, logGroup, secretFullArn, figure);
  return new cloudwatch.Metric({
    namespace: NAMESPACE, metricName, dimensionsMap: { SecretArn: secretFullArn }, statistic, unit, period: Duration.hours(1), ...options,
  }).attachTo(scope);
}

/** The log group may be shared, so the filter takes the lines of this secret. */
function defineFilter(scope: Construct, logGroup: logs.ILogGroup, secretArn: string, figure: LogFigure): logs.MetricFilter {
  const { field, message, metricName, unit } = figure;
  return new logs.MetricFilter(scope, filterId(figure), {
    logGroup,
    filterPattern: logs.FilterPattern.all(
      logs.FilterPattern.stringValue('$.message', '=', message),
      logs.FilterPattern.stringValue('$.secretArn', '=', secretArn),
    ),
    metricNamespace: NAMESPACE,
    metricName,
    metricValue: field === undefined ? '1' : `$.${field}`,
    dimensions: { SecretArn: '$.secretArn' },
    unit,
  });
}

function filterId({ metricName }: LogFigure): string {
  return `${metricName}Filter`;
}
