import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotation } from '../../../../src';
import { defineRotation, onlyResource } from '../../define-rotation';

describe('the saved query', () => {
  it('shows the lines of the rotations in the log group, and those of the watchdog that report a change or a problem', () => {
    const { stack } = defineRotation();
    const [logGroup] = Object.keys(Template.fromStack(stack).findResources('AWS::Logs::LogGroup'));
    expect(onlyResource(stack, 'AWS::Logs::QueryDefinition')).toEqual({
      Name: 'Stack/SES SMTP credentials/Rotations',
      LogGroupNames: [{ Ref: logGroup }],
      QueryString: [
        'fields @timestamp, step, level, message, accessKeyId, endpoint, commandId, confirmed, targets, seconds, error, versionId, secretArn',
        '| filter ispresent(step)',
        '| filter step != "watchdog" or message not in ["step started", "age of the current access key", "login accepted", "step finished"]',
        '| sort @timestamp asc',
        '| limit 1000',
      ].join('\n'),
    });
  });

  it('is one for all credentials of a stack, with the log group of each', () => {
    const { stack } = defineRotation();
    const logGroup = new LogGroup(stack, 'Logs');
    for (const id of ['Alerts', 'Invoices']) {
      const identities = [EmailIdentity.fromEmailIdentityName(stack, `${id}Domain`, 'example.com')];
      new SesSmtpCredentialRotation(stack, id, { identities, logGroup });
    }
    expect(onlyResource(stack, 'AWS::Logs::QueryDefinition').LogGroupNames).toHaveLength(2);
  });

  it('has a name that is not too long', () => {
    const stack = new Stack(new Construct(new App(), 'x'.repeat(300)), 'Stack', { stackName: 'Mail' });
    new SesSmtpCredentialRotation(stack, 'Newsletter', { identities: [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')] });
    expect(onlyResource(stack, 'AWS::Logs::QueryDefinition').Name).toMatch(/^x{224}\/SES SMTP credentials\/Rotations$/);
  });
});
