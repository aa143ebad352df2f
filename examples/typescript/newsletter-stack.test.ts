import { test } from 'node:test';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { NewsletterStack } from './newsletter-stack';

const template = Template.fromStack(new NewsletterStack(new App(), 'Newsletter'));

void test('rotates both credentials every 30 days', () => {
  template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 2);
  template.allResourcesProperties('AWS::SecretsManager::RotationSchedule', {
    RotationRules: { ScheduleExpression: 'rate(30 days)' },
  });
});

void test('lets the mail servers read the credential', () => {
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['secretsmanager:GetSecretValue']) })]),
    },
    Roles: [{ Ref: Match.stringLikeRegexp('^MailServerRole') }],
  });
});
