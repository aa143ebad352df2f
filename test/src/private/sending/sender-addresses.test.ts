import { CfnParameter, Fn } from 'aws-cdk-lib';
import * as ses from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { defineRotation, sendingPolicy } from '../../define-rotation';

const IDENTITIES = ['example.com', 'Editor@Example.org'];

function allowed(fromAddresses: string[], identities = IDENTITIES): unknown {
  const { stack } = defineRotation(scope => ({
    identities: identities.map(name => ses.EmailIdentity.fromEmailIdentityName(scope, name, name)), fromAddresses,
  }));
  return sendingPolicy(stack).PolicyDocument.Statement[0].Condition;
}

describe('fromAddresses', () => {
  it.each([
    'news@example.com', 'News@EXAMPLE.com', 'news@lists.example.com', '*', '*@example.com', '*@*.example.com', '*@*', '*example.com', 'news@*', 'news*',
    '*.Example.COM', 'n?ws@example.com', 'news@exampl?.com', 'news@*.com', 'ne*ws+*@l*.example.com', '?@?xample.com', '${aws:username}@example.com',
    'Editor@Example.org', 'Editor@example.org', 'Editor+news@example.org', 'Ed*@example.org', 'Editor*', '*@example.org', '"news.room"@example.com',
  ])('may be %s', address => {
    expect(allowed([address])).toEqual({ StringLike: { 'ses:FromAddress': [address] } });
  });

  it.each(['News <news@example.com>', '<news@example.com>', 'news@example.com ', ' news@example.com', '"News" news@example.com', 'a@example.com,b@example.com',
    'a@example.com;b@example.com ', ''])("reject an address that is not bare: '%s'", address => {
    expect(() => allowed(['*@example.com', address])).toThrow('fromAddresses must be email addresses without a name, because SES compares them '
      + `with the bare address of a sender, got '${address}'; write one address in each entry, such as news@example.com or *@example.com`);
  });

  it.each(['news@example.org', 'editor@Example.org', 'news@example.net', '*@example.net', 'news@badexample.com', 'news@example.com.net', 'news', 'example.com',
    '@example.com?', 'news@exampleXcom', '*@?.org', '?@example.or', 'news@*.example.org', 'editor+news@example.org'])('reject an address that belongs to no identity: %s', address => {
    expect(() => allowed(['news@example.com', address]))
      .toThrow(`fromAddresses must belong to the identities, got '${address}' and the identities example.com, Editor@Example.org; correct the address, or add its identity`);
  });

  it('are only those of an address, if that is the identity', () => {
    expect(() => allowed(['Editor@example.org'], ['Editor@example.org'])).not.toThrow();
    expect(() => allowed(['news@example.org'], ['Editor@example.org'])).toThrow("got 'news@example.org' and the identities Editor@example.org");
  });

  it('are compared at once, however many stars they have', () => {
    const name = `${'a'.repeat(60)}.example.com`;
    expect(() => allowed([`${'*a'.repeat(30)}*b`], [name])).toThrow('fromAddresses must belong to the identities');
    expect(() => allowed([`${'*a'.repeat(30)}*m`], [name])).not.toThrow();
  });

  it('fail without any', () => {
    expect(() => allowed([])).toThrow('fromAddresses must name at least one address, got none; leave it out');
  });

  it('pass if they or the identities are not known yet', () => {
    expect(() => defineRotation(scope => ({ fromAddresses: [new CfnParameter(scope, 'From').valueAsString] }))).not.toThrow();
    expect(() => allowed(['news@example.net'], ['example.com', Fn.importValue('Identity')])).not.toThrow();
    expect(() => defineRotation(scope => ({
      identities: [new ses.EmailIdentity(scope, 'New', { identity: ses.Identity.domain('example.com') })], fromAddresses: ['news@example.net'],
    }))).not.toThrow();
  });
});
