import { Token } from 'aws-cdk-lib';
import * as ses from 'aws-cdk-lib/aws-ses';
import { mayMatch } from './string-like';
import { quoted } from '../notation';

/** Throws on sender addresses that no message of the identities can have. */
export function validateFromAddresses(fromAddresses: string[], identities: ses.IEmailIdentity[]): void {
  if (Token.isUnresolved(fromAddresses)) return;
  if (fromAddresses.length === 0) throw new Error('fromAddresses must name at least one address, got none; leave it out to allow all of the identities');
  const known = fromAddresses.filter(address => !Token.isUnresolved(address));
  const unlike = known.find(address => !/^[^\s<>,]+$/.test(address));
  if (unlike !== undefined) {
    throw new Error(`fromAddresses must be email addresses without a name, because SES compares them with the bare address of a sender, got ${quoted(unlike)}; `
      + 'write one address in each entry, such as news@example.com or *@example.com');
  }
  const strange = known.find(address => !isOfIdentities(address, identities));
  if (strange !== undefined) {
    throw new Error(`fromAddresses must belong to the identities, got ${quoted(strange)} and the identities ${namesOf(identities).join(', ')}; correct the address, or add its identity`);
  }
}

/** Whether one of the identities covers an address, or an address that matches it if it is a pattern. An unknown identity covers any. */
export function isOfIdentities(address: string, identities: ses.IEmailIdentity[]): boolean {
  return namesOf(identities).some(name => Token.isUnresolved(name) || standsFor(name, address));
}

export function namesOf(identities: ses.IEmailIdentity[]): string[] {
  return identities.map(({ emailIdentityName }) => emailIdentityName);
}

/**
 * A domain covers the addresses of its subdomains as well. Lenient if an address also has a label (`news+label@…`), or if only the case
 * of its domain differs: SES decides about those.
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
