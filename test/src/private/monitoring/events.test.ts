import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { defineRotation, onlyResource, textOf } from '../../define-rotation';

describe('onCredentialRotated', () => {
  it('matches when Secrets Manager reports that AWSCURRENT has moved', () => {
    const { stack, rotation } = defineRotation();
    const topic = new sns.Topic(stack, 'Topic');
    rotation.onCredentialRotated('Rotated', { target: new SnsTopic(topic), description: 'redeploys' });
    expect(onlyResource(stack, 'AWS::Events::Rule', 'NewsletterRulesRotated')).toMatchObject({
      Description: 'redeploys',
      EventPattern: {
        'source': ['aws.secretsmanager'],
        'detail-type': ['Secret Label Updated'],
        'resources': [{ Ref: expect.stringMatching(/^NewsletterSecret/) }],
        'detail': { labelUpdated: ['AWSCURRENT'] },
      },
      Targets: [{ Arn: { Ref: expect.stringMatching(/^Topic/) } }],
    });
  });

  it('matches a secret by its name if it was imported by name, and needs no target', () => {
    const { stack, rotation } = defineRotation(scope => ({ secret: Secret.fromSecretNameV2(scope, 'Existing', 'mail/smtp') }));
    rotation.onCredentialRotated('Rotated').addTarget(new SnsTopic(new sns.Topic(stack, 'Topic')));
    expect(onlyResource(stack, 'AWS::Events::Rule', 'NewsletterRulesRotated').EventPattern).toEqual({
      'source': ['aws.secretsmanager'],
      'detail-type': ['Secret Label Updated'],
      'detail': { labelUpdated: ['AWSCURRENT'], name: ['mail/smtp'] },
    });
  });
});

describe('onRotationFailed', () => {
  it('matches only what CloudTrail reports if there is no alarm', () => {
    const { stack, rotation } = defineRotation(() => ({ alarm: false }));
    rotation.onRotationFailed('Failed');
    expect(patternOf(stack)).toMatchObject({
      'source': ['aws.secretsmanager'],
      'detail-type': ['AWS Service Event via CloudTrail'],
      'detail': { eventName: ['RotationFailed'] },
    });
  });

  const patternOf = (stack: Stack) => onlyResource(stack, 'AWS::Events::Rule', 'NewsletterRulesFailed').EventPattern;

  it('matches when the alarm goes off, and when CloudTrail reports a failed rotation', () => {
    const { stack, rotation } = defineRotation();
    rotation.onRotationFailed('Failed', { target: new SnsTopic(new sns.Topic(stack, 'Topic')) });
    expect(patternOf(stack)).toEqual({
      'source': ['aws.cloudwatch', 'aws.secretsmanager'],
      'detail-type': ['CloudWatch Alarm State Change', 'AWS Service Event via CloudTrail'],
      'detail': {
        $or: [
          { alarmName: [{ Ref: expect.stringMatching(/^NewsletterAlarm/) }], state: { value: ['ALARM'] } },
          {
            eventSource: ['secretsmanager.amazonaws.com'],
            eventName: ['RotationFailed'],
            additionalEventData: { SecretId: [{ Ref: expect.stringMatching(/^NewsletterSecret/) }] },
          },
        ],
      },
    });
  });

  it('knows a secret that was imported by its name by the beginning of its ARN', () => {
    const { stack, rotation } = defineRotation(scope => ({ secret: Secret.fromSecretNameV2(scope, 'Existing', 'mail/smtp') }));
    rotation.onRotationFailed('Failed');
    const [, { additionalEventData: { SecretId: [{ prefix }] } }] = patternOf(stack).detail.$or;
    expect(textOf(prefix)).toBe('arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:mail/smtp-');
  });
});

describe('the ids of rules', () => {
  it('may be those of parts of the construct', () => {
    const { rotation, stack } = defineRotation();
    for (const id of rotation.node.children.map(({ node }) => node.id)) rotation.onCredentialRotated(id);
    expect(rotation.node.findChild('Rules').node.children.length).toBeGreaterThan(10);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});
