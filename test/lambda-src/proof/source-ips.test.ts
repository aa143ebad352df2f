import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { expect, it } from 'vitest';
import { failureOf, Scenario } from '../scenario';

const NAT = '192.0.2.10';

function limited(sourceIp: string | undefined, testMessage?: { sender: string }): Scenario {
  const scenario = new Scenario({ props: stack => ({ allowedSourceIps: ['192.0.2.0/28'], testMessage, vpc: testMessage && new ec2.Vpc(stack, 'Vpc') }) });
  scenario.ses.sourceIp = sourceIp;
  return scenario;
}

/** Whether SES takes a message with the current credential. */
function sends({ current, ses }: Scenario): boolean {
  return ses.accept({ username: String(current.username), from: 'news@example.com', to: ['a@example.net'], raw: '', region: 'eu-west-1' }).ok;
}

it('a login is proven from any address, and messages are taken from allowed ones only', async () => {
  const scenario = limited('203.0.113.5');
  await scenario.rotateWell();
  await scenario.watch();
  expect(sends(scenario)).toBe(false);
  scenario.ses.sourceIp = NAT;
  expect(sends(scenario)).toBe(true);
  scenario.ses.sourceIp = undefined;
  expect(sends(scenario)).toBe(false);
});

it('a test message is taken from the address of the NAT gateway', async () => {
  const scenario = limited(NAT, { sender: 'news@example.com' });
  await scenario.rotateWell();
  expect(scenario.ses.accepted).toHaveLength(1);
});

it('a test message from another address fails the rotation, which says where to look', async () => {
  const scenario = limited('203.0.113.5', { sender: 'news@example.com' });
  expect(failureOf(await scenario.rotate({ maxAttempts: 1 }))?.message).toContain('check fromAddresses, allowedSourceIps and denying policies');
});
