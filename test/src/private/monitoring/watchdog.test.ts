import { Template } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import { defineRotation } from '../../define-rotation';

describe('the watchdog', () => {
  it('is the function itself, called once an hour with an event of its own', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [rotationFunction] = Object.keys(template.findResources('AWS::Lambda::Function'));
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 hour)',
      Targets: [{ Arn: { 'Fn::GetAtt': [rotationFunction, 'Arn'] }, Input: '{"action":"watch"}' }],
    });
  });

  it('is not retried when it finds a problem', () => {
    Template.fromStack(defineRotation().stack).hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  });

  it('starts when the credential exists', () => {
    const template = Template.fromStack(defineRotation().stack);
    const [credential] = Object.keys(template.findResources('Custom::SesSmtpCredential'));
    template.hasResource('AWS::Events::Rule', { DependsOn: [credential] });
  });
});
