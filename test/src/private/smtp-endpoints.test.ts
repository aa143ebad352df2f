import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import { SmtpEndpoint } from '../../../src';
import { defineRotation } from '../define-rotation';

describe('endpoints', () => {
  function expectWarning(stack: Stack, message: string): void {
    Annotations.fromStack(stack).hasWarning('/Stack/Newsletter', message);
  }

  it('warn that Lambda restricts port 25', () => {
    expectWarning(defineRotation(() => ({ endpoint: SmtpEndpoint.regional({ port: 25 }) })).stack,
      'AWS Lambda and EC2 restrict port 25, so the rotation cannot log in; use port 587, 465, 2587 or 2465 '
      + '[ack: cdk-ses-smtp-credential-rotation:port25]');
  });

  it.each(['cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1'])('warn that there is no SES in the partition of %s', region => {
    expectWarning(defineRotation(() => ({}), { env: { region } }).stack,
      `SES is not known to exist in the partition of Region ${region}; use SmtpEndpoint.regional with another region `
      + '[ack: cdk-ses-smtp-credential-rotation:partitionWithoutSes]');
  });

  it.each(['eu-west-1', 'us-gov-west-1', 'eusc-de-east-1', 'xx-new-1'])('warn of nothing in %s', region => {
    Annotations.fromStack(defineRotation(() => ({}), { env: { region } }).stack).hasNoWarning('*', Match.anyValue());
  });
});
