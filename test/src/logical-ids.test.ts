import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import { expect, it } from 'vitest';
import { defineRotation } from './define-rotation';
import { CredentialDocument, MailServerTargets } from '../../src';

/** A changed id replaces a user's resource, and a renamed schedule silently stops rotating. */
it('keeps the logical ids of all resources', () => {
  const targets = MailServerTargets.tag('EmailServers', 'True');
  const { stack } = defineRotation(scope => ({
    encryptionKey: new kms.Key(scope, 'Key'),
    schedule: events.Schedule.cron({ minute: '0', hour: '3' }),
    rotationWindow: Duration.hours(2),
    removalPolicy: RemovalPolicy.RETAIN,
    mailServers: [
      { targets, document: CredentialDocument.postfix() },
      { targets: MailServerTargets.managedNodes('i-12345678'), document: CredentialDocument.shellScript('true') },
      { targets: MailServerTargets.resourceGroup('windows'), document: CredentialDocument.powerShellScript('$true') },
      { targets, document: CredentialDocument.existingWithCredential('Sample') },
    ],
  }));
  const resources = Object.entries(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>);
  const withoutHash = (id: string) => id.replace(/^(SesSmtpCredentialDocument)[0-9a-f]{16}$/, '$1');
  // Another content is another document.
  expect(Object.fromEntries(resources.map(([id, { Type }]) => [withoutHash(id), Type]))).toMatchInlineSnapshot(`
    {
      "Key961B73FD": "AWS::KMS::Key",
      "NewsletterAlarm9B0E371C": "AWS::CloudWatch::Alarm",
      "NewsletterCredential6D975703": "Custom::SesSmtpCredential",
      "NewsletterFunction9A7ABDD2": "AWS::Lambda::Function",
      "NewsletterFunctionEventInvokeConfigAF3B3B9B": "AWS::Lambda::EventInvokeConfig",
      "NewsletterGroup8234CD87": "AWS::IAM::Group",
      "NewsletterInvokePermission5A4B0AF7": "AWS::Lambda::Permission",
      "NewsletterLogGroup4AB2396E": "AWS::Logs::LogGroup",
      "NewsletterPolicyEE17B7B8": "AWS::IAM::Policy",
      "NewsletterRole4627CE4E": "AWS::IAM::Role",
      "NewsletterScheduleF2EEDCEA": "AWS::SecretsManager::RotationSchedule",
      "NewsletterSecret67CAC3BC": "AWS::SecretsManager::Secret",
      "NewsletterUserAA0705C4": "AWS::IAM::User",
      "NewsletterWatchdogAllowEventRuleStackNewsletterFunction7375D54D38B7A613": "AWS::Lambda::Permission",
      "NewsletterWatchdogF0FF68DD": "AWS::Events::Rule",
      "SesSmtpCredentialDocument": "AWS::SSM::Document",
      "SesSmtpCredentialQuery85DAC529": "AWS::Logs::QueryDefinition",
    }
  `);
});

function idsIn({ stack }: ReturnType<typeof defineRotation>): string[] {
  return Object.keys(Template.fromStack(stack).toJSON().Resources);
}

it('adds a security group in a VPC, and keeps its logical id', () => {
  const outside = idsIn(defineRotation());
  expect(idsIn(defineRotation(scope => ({ vpc: new ec2.Vpc(scope, 'Vpc') }))).filter(id => !id.startsWith('Vpc') && !outside.includes(id))).toEqual(['NewsletterSecurityGroup79E63014']);
});

it('adds a dashboard if asked, and keeps its logical id', () => {
  const without = idsIn(defineRotation());
  expect(idsIn(defineRotation(() => ({ dashboard: true }))).filter(id => !without.includes(id))).toEqual(['NewsletterDashboardFAFE179B']);
});
