import { Token } from 'aws-cdk-lib';
import * as ses from 'aws-cdk-lib/aws-ses';
import { mayMatch } from './string-like';

/** Throws on sender addresses that no message of the identities has. */
export function validateFromAddresses(fromAddresses: string[], identities: ses.IEmailIdentity[]): void {
  if (fromAddresses.length === 0) throw new Error('fromAddresses must name at least one address or be left out, got none');
  const known = fromAddresses.filter(address => !Token.isUnresolved(address));
  const unlike = known.find(address => !/^[^\s<>,]+$/.test(address));
  if (unlike !== undefined) {
    throw new Error(`fromAddresses must be e-mail addresses without a name, one in each entry, such as news@example.com or *@example.com, got '${unlike}': `
      + 'SES compares them with the bare address of a sender');
  }
  const strange = known.find(address => !isOfIdentities(address, identities));
  if (strange !== undefined) {
    throw new Error(`fromAddresses must be addresses of the identities, got '${strange}' and ${namesOf(identities).join(', ')}; correct it, or add its identity`);
  }
}

/** Whether one of the identities stands for an address, or for one that matches it if it is a pattern. One that is not known yet stands for any. */
export function isOfIdentities(address: string, identities: ses.IEmailIdentity[]): boolean {
  return namesOf(identities).some(name => Token.isUnresolved(name) || standsFor(name, address));
}

export function namesOf(identities: ses.IEmailIdentity[]): string[] {
  return identities.map(({ emailIdentityName }) => emailIdentityName);
}

/**
 * A domain stands for the addresses of its subdomains as well. Lenient where an address has a label besides (`news+label@…`), or its
 * domain another case: what SES makes of that is for SES to say.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
 */
function standsFor(identity: string, address: string): boolean {
  if (!identity.includes('@')) return [`*@${identity}`, `*@*.${identity}`].some(pattern => mayMatch(pattern.toLowerCase(), address.toLowerCase()));
  return [identity, identity.replace(/@[^@]*$/, '+*$&')].some(pattern => mayMatch(withLowerDomain(pattern), withLowerDomain(address)));
}

function withLowerDomain(address: string): string {
  return address.replace(/@[^@]*$/, domain => domain.toLowerCase());
}
