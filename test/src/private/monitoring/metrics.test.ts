import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Log, LogDetails } from '../../../../lambda-src/basics/log';
import { defineRotation, onlyResource, textOf } from '../../define-rotation';

const FIGURES = [
  ['metricKeyAge', 'KeyAge', 'age of the current access key', '$.ageSeconds', 'Seconds', 'Maximum'],
  ['metricRotations', 'Rotations', 'credential promoted', '1', 'Count', 'Sum'],
  ['metricConfirmedServers', 'ConfirmedServers', 'mail servers answered', '$.confirmed', 'Count', 'Sum'],
  ['metricFailedServers', 'FailedServers', 'mail servers answered', '$.failed', 'Count', 'Sum'],
] as const;

describe('a metric of the log', () => {
  it.each(FIGURES)('%s is written by a filter from when it is first asked for', (method, metricName, message, value, unit, statistic) => {
    const { rotation, stack } = defineRotation();
    const [first, second] = [rotation[method](), rotation[method]({ period: Duration.days(1), statistic: 'Minimum' })];
    expect([first.statistic, first.period.toSeconds(), first.unit]).toEqual([statistic, 3600, unit]);
    expect([second.statistic, second.period.toSeconds()]).toEqual(['Minimum', 86_400]);
    const { FilterPattern, LogGroupName, MetricTransformations: [transformation] } = onlyResource(stack, 'AWS::Logs::MetricFilter');
    const secretArn = /^<NewsletterSecret[0-9A-F]{8}>$/;
    expect(textOf(FilterPattern)).toMatch(new RegExp(`^\\{ \\(\\$\\.message = "${message}"\\) && \\(\\$\\.secretArn = "<NewsletterSecret[0-9A-F]{8}>"\\) \\}$`));
    expect(textOf(LogGroupName)).toMatch(/^<NewsletterLogGroup/);
    expect(transformation).toEqual({
      MetricNamespace: 'SesSmtpCredential', MetricName: metricName, MetricValue: value, Unit: unit, Dimensions: [{ Key: 'SecretArn', Value: '$.secretArn' }],
    });
    expect([first.namespace, first.metricName]).toEqual(['SesSmtpCredential', metricName]);
    expect(textOf(stack.resolve(first.dimensions?.SecretArn))).toMatch(secretArn);
  });

  it('has names of fields that the function writes', () => {
    const lines: string[] = [];
    const fields: LogDetails = { ageSeconds: 1, confirmed: 2, failed: 3 };
    new Log({ secretArn: 'arn' }, line => lines.push(line)).info('message', fields);
    expect(JSON.parse(lines[0])).toMatchObject({ secretArn: 'arn', message: 'message', ageSeconds: 1, confirmed: 2, failed: 3 });
  });

  it('is not there unless it is asked for, because it is billed', () => {
    Template.fromStack(defineRotation(() => ({ dashboard: true })).stack).resourceCountIs('AWS::Logs::MetricFilter', 0);
  });

  it('fails for a secret that was imported by its name', () => {
    const { rotation } = defineRotation(scope => ({ secret: secretsmanager.Secret.fromSecretNameV2(scope, 'Secret', 'smtp') }));
    expect(() => rotation.metricKeyAge()).toThrow('metric KeyAge must be of a secret whose complete ARN is known, got Stack/Newsletter with one that was imported by its name');
  });
});

describe('a metric of Lambda', () => {
  it.each([['metricErrors', 'Errors', 'Sum'], ['metricInvocations', 'Invocations', 'Sum'], ['metricDuration', 'Duration', 'Average']] as const)('%s is that of the function', (method, metricName, statistic) => {
    const { rotation, stack } = defineRotation();
    const metric: cloudwatch.Metric = rotation[method]();
    expect([metric.namespace, metric.metricName, metric.statistic]).toEqual(['AWS/Lambda', metricName, statistic]);
    expect(stack.resolve(metric.dimensions)).toEqual({ FunctionName: { Ref: expect.stringMatching(/^NewsletterFunction/) } });
    expect(rotation[method]({ statistic: 'Maximum' }).statistic).toBe('Maximum');
  });
});
