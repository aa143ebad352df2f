import { expect, it } from 'vitest';
import { defineRotation, onlyResource } from './define-rotation';

it('CloudFormation gets an answer before it gives up, however long a call waits in the queue of Lambda', () => {
  const { stack } = defineRotation();
  const { MaximumEventAgeInSeconds: waits = 6 * 3600, MaximumRetryAttempts } = onlyResource(stack, 'AWS::Lambda::EventInvokeConfig');
  const { Timeout: runs } = onlyResource(stack, 'AWS::Lambda::Function');
  const { ServiceTimeout: patience } = onlyResource(stack, 'Custom::SesSmtpCredential');
  expect(waits + runs).toBeLessThanOrEqual(Number(patience));
  expect(MaximumRetryAttempts).toBe(0);
});
