import { CfnParameter } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { defineRotation, expectRefusal, statementsOf } from '../../define-rotation';

const conditionsOf = ({ stack }: ReturnType<typeof defineRotation>) =>
  (statementsOf(stack, 'NewsletterGroup')[0] as unknown as { Condition?: Record<string, Record<string, unknown>> }).Condition;

describe('allowedSourceIps', () => {
  it('limit the addresses that messages come from', () => {
    expect(conditionsOf(defineRotation(() => ({ allowedSourceIps: ['192.0.2.10', '2001:db8::/32'] }))))
      .toEqual({ IpAddress: { 'aws:SourceIp': ['192.0.2.10', '2001:db8::/32'] } });
    expect(conditionsOf(defineRotation())).toBeUndefined();
  });

  it('limit them beside the senders', () => {
    expect(conditionsOf(defineRotation(() => ({ allowedSourceIps: ['192.0.2.0/24'], fromAddresses: ['news@example.com'] })))).toEqual({
      StringLike: { 'ses:FromAddress': ['news@example.com'] },
      IpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] },
    });
  });

  it('may be known only when the stack is deployed', () => {
    const address = (scope: ConstructorParameters<typeof CfnParameter>[0]) => new CfnParameter(scope, 'Nat').valueAsString;
    expect(conditionsOf(defineRotation(scope => ({ allowedSourceIps: [address(scope)] })))).toEqual({ IpAddress: { 'aws:SourceIp': [{ Ref: 'Nat' }] } });
  });

  it('fail if there are none', () => {
    expectRefusal(() => ({ allowedSourceIps: [] }), 'allowedSourceIps must name at least one address, got none; leave it out');
  });

  it.each(['', 'mail.example.com', '192.0.2', '192.0.2.0/33', '192.0.2.0/0', '0.0.0.0/0', '::/0', '2001:db8::/129', '192.0.2.0/24/1', '192.0.2.0/', '192.0.2.0/a'])('fail as "%s"', address => {
    expectRefusal(() => ({ allowedSourceIps: ['192.0.2.1', address] }),
      `allowedSourceIps must be IP addresses or CIDR ranges that limit something, such as 192.0.2.10 or 192.0.2.0/24, got '${address}'`);
  });

  it.each(['10.0.0.0/8', '172.16.0.1', '172.31.255.0/24', '192.168.1.1'])('fail as %s, which SES never sees', address => {
    expectRefusal(() => ({ allowedSourceIps: [address] }), `allowedSourceIps must be public addresses, because SES sees those, got '${address}'; name the address of the NAT gateway`);
  });

  it.each(['172.15.0.1', '172.32.0.1', '192.0.2.0/32', '2001:db8::1/128'])('may be %s', address => {
    expect(() => defineRotation(() => ({ allowedSourceIps: [address] }))).not.toThrow();
  });

  it('need a function with a known address if there is a test message', () => {
    const props = { allowedSourceIps: ['192.0.2.10'], testMessage: { sender: 'news@example.com' } };
    expectRefusal(() => props, 'testMessage must be sent from one of the allowedSourceIps, got a function without vpc, whose address is not known; '
      + 'set vpc, and add the address of its NAT gateway to allowedSourceIps, or leave testMessage out');
    expect(() => defineRotation(scope => ({ ...props, vpc: new ec2.Vpc(scope, 'Vpc') }))).not.toThrow();
  });
});
