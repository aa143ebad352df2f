import { CfnParameter } from 'aws-cdk-lib';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { TestMessage } from '../../../../src';
import { configOf, defineRotation } from '../../define-rotation';

function configured(testMessage: TestMessage, fromAddresses?: string[], identities = ['example.com', 'editor@example.org']) {
  const { stack } = defineRotation(scope => ({
    identities: identities.map(name => EmailIdentity.fromEmailIdentityName(scope, name, name)), fromAddresses, testMessage,
  }));
  return configOf(stack).testMessage;
}

describe('the test message', () => {
  it('goes to the mailbox simulator', () => {
    expect(configured({ from: 'news@example.com' })).toEqual({ from: 'news@example.com', to: 'success@simulator.amazonses.com' });
  });

  it('may go to another address', () => {
    expect(configured({ from: 'news@example.com', to: 'postmaster@example.net' })).toMatchObject({ to: 'postmaster@example.net' });
  });

  it('is not sent unless it is asked for', () => {
    expect(configOf(defineRotation().stack)).not.toHaveProperty('testMessage');
  });

  it.each(['news', '@example.com', 'news@localhost', 'News <news@example.com>', '<news@example.com>', 'news@example.com RCPT TO:<a@example.net>',
    'a@example.com,b@example.com', 'ä@example.com', 'news@exämple.com', ''])('fails on the address "%s"', address => {
    expect(() => configured({ from: address })).toThrow(`testMessage.from must be an email address in ASCII without a name, such as news@example.com, got '${address}'`);
    expect(() => configured({ from: 'news@example.com', to: address })).toThrow(`testMessage.to must be an email address in ASCII without a name, such as news@example.com, got '${address}'`);
  });

  it.each(['news@example.com', 'news@EXAMPLE.com', 'news@lists.example.com', 'editor@example.org'])('may come from %s', from => {
    expect(configured({ from })).toMatchObject({ from });
  });

  it.each(['news@example.org', 'Editor@example.org', 'news@badexample.com', 'news@example.com.net'])('fails on the sender %s, which is no identity', from => {
    expect(() => configured({ from })).toThrow(`testMessage.from must belong to one of the identities, got '${from}' and the identities example.com, editor@example.org; correct it, or add its identity`);
  });

  it.each([['*@example.com'], ['n?ws@example.com'], ['news@example.com'], ['a@example.com', '*'], ['${aws:username}@example.com']])('may come from what fromAddresses allow: %s', (...patterns) => {
    expect(configured({ from: 'news@example.com' }, patterns)).toMatchObject({ from: 'news@example.com' });
  });

  it.each(['News@example.com', '?@example.com', 'news@lists.example.com', '*@EXAMPLE.com', '(news|editor)@example.com'])('fails on a sender that fromAddresses do not allow: %s', pattern => {
    expect(() => configured({ from: 'news@example.com' }, [pattern]))
      .toThrow(`testMessage.from must match one of the fromAddresses, which are case-sensitive, got 'news@example.com' and the fromAddresses ${pattern}`);
  });

  it('passes if addresses are not known yet', () => {
    const { stack } = defineRotation(scope => ({
      identities: [EmailIdentity.fromEmailIdentityName(scope, 'Other', 'example.com')],
      testMessage: { from: new CfnParameter(scope, 'From').valueAsString, to: new CfnParameter(scope, 'To').valueAsString },
    }));
    expect(configOf(stack).testMessage).toEqual({ from: '<From>', to: '<To>' });
    const { stack: unknown } = defineRotation(scope => ({
      identities: [EmailIdentity.fromEmailIdentityName(scope, 'Other', new CfnParameter(scope, 'Name').valueAsString)],
      fromAddresses: [new CfnParameter(scope, 'Allowed').valueAsString],
      testMessage: { from: 'news@example.com' },
    }));
    expect(configOf(unknown).testMessage).toMatchObject({ from: 'news@example.com' });
  });
});
