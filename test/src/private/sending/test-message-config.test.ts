import { CfnParameter, Stack } from 'aws-cdk-lib';
import { ConfigurationSet, EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { TestMessage } from '../../../../src';
import { configOf, defineRotation } from '../../define-rotation';

function configured(testMessage: TestMessage, fromAddresses?: string[], identities = ['example.com', 'editor@example.org']) {
  const { stack } = defineRotation(scope => ({
    identities: identities.map(name => EmailIdentity.fromEmailIdentityName(scope, name, name)), fromAddresses, testMessage,
  }));
  return configOf(stack).testMessage;
}

type Name = string | ((scope: Stack) => string);

function withSet(name: Name, allowed: Name[] | undefined) {
  const { stack } = defineRotation(scope => {
    const set = (of: Name) => ConfigurationSet.fromConfigurationSetName(scope, `Set${scope.node.children.length}`, typeof of === 'string' ? of : of(scope));
    return { configurationSets: allowed?.map(set), testMessage: { sender: 'news@example.com', configurationSet: set(name) } };
  });
  return configOf(stack).testMessage;
}

describe('the test message', () => {
  it('goes to the mailbox simulator', () => {
    expect(configured({ sender: 'news@example.com' })).toEqual({ from: 'news@example.com', to: 'success@simulator.amazonses.com' });
  });

  it('may go to another address', () => {
    expect(configured({ sender: 'news@example.com', recipient: 'postmaster@example.net' })).toMatchObject({ to: 'postmaster@example.net' });
  });

  it('is not sent unless it is asked for', () => {
    expect(configOf(defineRotation().stack)).not.toHaveProperty('testMessage');
  });

  it.each(['news', '@example.com', 'news@localhost', 'News <news@example.com>', '<news@example.com>', 'news@example.com RCPT TO:<a@example.net>',
    'a@example.com,b@example.com', 'ä@example.com', 'news@exämple.com', ''])('fails on the address "%s"', address => {
    expect(() => configured({ sender: address })).toThrow(`testMessage.sender must be an email address in ASCII without a name, such as news@example.com, got '${address}'`);
    expect(() => configured({ sender: 'news@example.com', recipient: address })).toThrow(`testMessage.recipient must be an email address in ASCII without a name, such as news@example.com, got '${address}'`);
  });

  it.each(['news@example.com', 'news@EXAMPLE.com', 'news@lists.example.com', 'editor@example.org'])('may come from %s', from => {
    expect(configured({ sender: from })).toMatchObject({ from });
  });

  it.each(['news@example.org', 'Editor@example.org', 'news@badexample.com', 'news@example.com.net'])('fails on the sender %s, which is no identity', from => {
    expect(() => configured({ sender: from })).toThrow(`testMessage.sender must belong to one of the identities, got '${from}' and the identities example.com, editor@example.org; correct it, or add its identity`);
  });

  it.each([['*@example.com'], ['n?ws@example.com'], ['news@example.com'], ['a@example.com', '*'], ['${aws:username}@example.com']])('may come from what fromAddresses allow: %s', (...patterns) => {
    expect(configured({ sender: 'news@example.com' }, patterns)).toMatchObject({ from: 'news@example.com' });
  });

  it.each(['News@example.com', '?@example.com', 'news@lists.example.com', '*@EXAMPLE.com', '(news|editor)@example.com'])('fails on a sender that fromAddresses do not allow: %s', pattern => {
    expect(() => configured({ sender: 'news@example.com' }, [pattern]))
      .toThrow(`testMessage.sender must match one of the fromAddresses, which are case-sensitive, got 'news@example.com' and the fromAddresses ${pattern}`);
  });

  it('may use one of the configuration sets, and be sent for a tenant', () => {
    expect(withSet('tracking', ['other', 'tracking'])).toMatchObject({ configurationSet: 'tracking' });
    expect(configured({ sender: 'news@example.com', tenantName: 'shop_1-eu' })).toMatchObject({ tenant: 'shop_1-eu' });
  });

  it.each(['', 'a b', 'shop Bcc: a@example.net', 'ä', 'a'.repeat(65)])('fails on the tenant "%s"', tenantName => {
    expect(() => configured({ sender: 'news@example.com', tenantName }))
      .toThrow(`testMessage.tenantName must be 1 to 64 letters, digits, "_" and "-", got '${tenantName}'`);
  });

  it('fails on a configuration set that the credential may not use', () => {
    const rule = "testMessage.configurationSet must be one of the configurationSets, got 'tracking' and";
    expect(() => withSet('tracking', ['other', 'one'])).toThrow(`${rule} other, one; add it to configurationSets`);
    expect(() => withSet('tracking', undefined)).toThrow(`${rule} none; add it to configurationSets`);
  });

  it('passes if the name of a configuration set is not known yet', () => {
    const token = (scope: Stack) => new CfnParameter(scope, 'Set').valueAsString;
    expect(withSet(token, ['other'])).toMatchObject({ configurationSet: '<Set>' });
    expect(withSet('tracking', [token])).toMatchObject({ configurationSet: 'tracking' });
    expect(() => withSet(token, undefined)).toThrow('testMessage.configurationSet must be one of the configurationSets');
  });

  it('passes if addresses are not known yet', () => {
    const { stack } = defineRotation(scope => ({
      identities: [EmailIdentity.fromEmailIdentityName(scope, 'Other', 'example.com')],
      testMessage: { sender: new CfnParameter(scope, 'From').valueAsString, recipient: new CfnParameter(scope, 'To').valueAsString },
    }));
    expect(configOf(stack).testMessage).toEqual({ from: '<From>', to: '<To>' });
    const { stack: unknown } = defineRotation(scope => ({
      identities: [EmailIdentity.fromEmailIdentityName(scope, 'Other', new CfnParameter(scope, 'Name').valueAsString)],
      fromAddresses: [new CfnParameter(scope, 'Allowed').valueAsString],
      testMessage: { sender: 'news@example.com' },
    }));
    expect(configOf(unknown).testMessage).toMatchObject({ from: 'news@example.com' });
  });
});
