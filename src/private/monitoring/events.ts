import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { forConstruct } from '../error-path';
import { checkProps, checkValue, like, OBJECT, optional, Shape, STRING } from '../shapes';

const OPTIONS: Shape<events.OnEventOptions> = {
  target: optional(like('a target of a rule', 'bind', 'use a class of aws-events-targets')),
  eventPattern: optional(OBJECT),
  ruleName: optional(STRING),
  description: optional(STRING),
  crossStackScope: optional(like('a construct', 'node', 'use the stack of the target')),
};

/**
 * AWSCURRENT has moved.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
export function credentialRotated({ secretFullArn, secretName }: secretsmanager.ISecret): events.EventPattern {
  return {
    source: ['aws.secretsmanager'],
    detailType: ['Secret Label Updated'],
    resources: secretFullArn ? [secretFullArn] : undefined,
    detail: { labelUpdated: ['AWSCURRENT'], name: secretFullArn ? undefined : [secretName] },
  };
}

/**
 * The alarm, if there is one, went off, or CloudTrail has seen a rotation fail.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
 */
export function rotationFailed({ secretArn, secretFullArn }: secretsmanager.ISecret, alarm: cloudwatch.IAlarm | undefined): events.EventPattern {
  const failed = {
    eventSource: ['secretsmanager.amazonaws.com'],
    eventName: ['RotationFailed'],
    additionalEventData: { SecretId: [secretFullArn ?? { prefix: `${secretArn}-` }] },
  };
  if (!alarm) return { source: ['aws.secretsmanager'], detailType: ['AWS Service Event via CloudTrail'], detail: failed };
  const wentOff = { alarmName: [alarm.alarmName], state: { value: ['ALARM'] } };
  return {
    source: ['aws.cloudwatch', 'aws.secretsmanager'],
    detailType: ['CloudWatch Alarm State Change', 'AWS Service Event via CloudTrail'],
    detail: { $or: [wentOff, failed] },
  };
}

/** A rule for one of these events, with the options of the caller, whose ids have a scope of their own. */
export function defineRule(scope: Construct, id: string, eventPattern: events.EventPattern, options: events.OnEventOptions): events.Rule {
  forConstruct(scope, () => {
    checkValue('id', id, STRING);
    checkProps('OnEventOptions', options, OPTIONS);
  });
  const rules = scope.node.tryFindChild('Rules') as Construct | undefined ?? new Construct(scope, 'Rules');
  const rule = new events.Rule(rules, id, options);
  rule.addEventPattern(eventPattern);
  rule.addTarget(options.target);
  return rule;
}
