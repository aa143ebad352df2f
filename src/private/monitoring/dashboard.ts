import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** The width of a dashboard in CloudWatch's units. */
const FULL_WIDTH = 24;
const HALF_WIDTH = FULL_WIDTH / 2;

/** What a dashboard shows for one credential. */
export interface DashboardSources {
  readonly secret: secretsmanager.ISecret;
  readonly rotationFunction: lambda.IFunction;
  readonly logGroup: logs.ILogGroup;
  readonly alarm?: cloudwatch.IAlarm;
}

/** A dashboard with one credential. Others can be added. Its time range covers some rotations of the default schedule. */
export function defineDashboard(scope: Construct): cloudwatch.Dashboard {
  return new cloudwatch.Dashboard(scope, 'Dashboard', { defaultInterval: Duration.days(90) });
}

/** The rows of a credential: its state, its rotations, and the function's metrics. */
export function widgetRows(scope: Construct, sources: DashboardSources): cloudwatch.IWidget[][] {
  return [
    [new cloudwatch.TextWidget({ markdown: `## SES SMTP credential ${scope.node.path}`, width: FULL_WIDTH, height: 1 })],
    [...alarmStatus(sources), keyAge(scope, sources)],
    [rotations(scope, sources)],
    [mailServers(scope, sources), failures(scope, sources)],
    functionMetrics(sources),
  ];
}

function alarmStatus({ alarm }: DashboardSources): cloudwatch.IWidget[] {
  return alarm ? [new cloudwatch.AlarmStatusWidget({ title: 'Alarm', alarms: [alarm], width: FULL_WIDTH / 4, height: 6 })] : [];
}

/** From the line that the watchdog logs once an hour. */
function keyAge(scope: Construct, sources: DashboardSources): cloudwatch.IWidget {
  return queryWidget(scope, sources, {
    title: 'Age of the current access key, and the age at which its rotation is overdue, in days',
    view: cloudwatch.LogQueryVisualizationType.LINE,
    width: sources.alarm ? FULL_WIDTH * 3 / 4 : FULL_WIDTH,
    lines: [
      'filter message = "age of the current access key"',
      'stats max(ageSeconds / 86400) as age, max(allowedAgeSeconds / 86400) as allowed by bin(1h)',
    ],
  });
}

/**
 * A rotation is all log lines with its version id. It has succeeded once `finishSecret` has, whatever failed before. Without
 * `createSecret`, Secrets Manager only tested the configuration.
 */
function rotations(scope: Construct, sources: DashboardSources): cloudwatch.IWidget {
  return queryWidget(scope, sources, {
    title: 'Last rotations: seconds from the first line to the last, succeeded (1) or not (0), steps that failed',
    width: FULL_WIDTH,
    lines: [
      'filter ispresent(versionId)',
      'fields toMillis(@timestamp) as millis, strcontains(concat(step, " ", message), "finishSecret step finished") as finished, '
        + 'strcontains(message, "step failed") as failure, strcontains(step, "createSecret") as creates',
      'stats earliest(@timestamp) as began, min(millis) as first, max(millis) as last, (last - first) / 1000 as duration, '
        + 'max(finished) as succeeded, sum(failure) as failures, max(creates) as isRotation by versionId',
      'filter isRotation = 1',
      'sort first desc',
      'display began, duration, succeeded, failures, versionId',
      'limit 50',
    ],
  });
}

function mailServers(scope: Construct, sources: DashboardSources): cloudwatch.IWidget {
  return queryWidget(scope, sources, {
    title: 'Mail servers that confirmed a credential, and that did not',
    lines: [
      'filter message = "mail servers answered"',
      'fields @timestamp, confirmed, targets - confirmed as failed, document, commandId, versionId',
      'sort @timestamp desc',
      'limit 50',
    ],
  });
}

/** Errors of rotations, and problems that the watchdog found. */
function failures(scope: Construct, sources: DashboardSources): cloudwatch.IWidget {
  return queryWidget(scope, sources, {
    title: 'Last errors',
    lines: [
      'filter message = "step failed"',
      'fields @timestamp, step, error, versionId',
      'sort @timestamp desc',
      'limit 50',
    ],
  });
}

function functionMetrics({ rotationFunction }: DashboardSources): cloudwatch.IWidget[] {
  const perHour = { period: Duration.hours(1) };
  return [
    new cloudwatch.GraphWidget({
      title: 'Invocations and errors of the function',
      left: [rotationFunction.metricInvocations(perHour), rotationFunction.metricErrors(perHour)],
      width: HALF_WIDTH,
    }),
    new cloudwatch.GraphWidget({
      title: 'Longest duration of the function',
      left: [rotationFunction.metricDuration({ ...perHour, statistic: cloudwatch.Stats.MAXIMUM })],
      width: HALF_WIDTH,
    }),
  ];
}

interface QueryOptions {
  readonly title: string;
  readonly lines: string[];
  /** A table by default. */
  readonly view?: cloudwatch.LogQueryVisualizationType;
  /** Half of the dashboard's by default. */
  readonly width?: number;
}

/** The log group may be shared, so the query keeps the lines of this secret. The dashboard may be in another Region. */
function queryWidget(scope: Construct, { secret, logGroup }: DashboardSources, { lines, ...options }: QueryOptions): cloudwatch.IWidget {
  return new cloudwatch.LogQueryWidget({
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    width: HALF_WIDTH,
    height: 6,
    ...options,
    logGroupNames: [logGroup.logGroupName],
    queryLines: [ofSecret(secret), ...lines],
    region: Stack.of(scope).region,
  });
}

/** If a secret was imported by name, its ARN has no suffix here, but has one in the lines of a rotation. */
function ofSecret({ secretArn, secretFullArn }: secretsmanager.ISecret): string {
  return secretFullArn ? `filter secretArn = "${secretFullArn}"` : `filter secretArn like "${secretArn}"`;
}
