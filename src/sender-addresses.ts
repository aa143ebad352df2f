import { Token } from 'aws-cdk-lib';
import * as ses from 'aws-cdk-lib/aws-ses';

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

/** A domain stands for the addresses of its subdomains as well. */
function standsFor(identity: string, address: string): boolean {
  if (identity.includes('@')) return mayMatch(withLowerDomain(identity), withLowerDomain(address));
  return [`*@${identity}`, `*@*.${identity}`].some(pattern => mayMatch(pattern.toLowerCase(), address.toLowerCase()));
}

/** Case counts before the @ only. */
function withLowerDomain(address: string): string {
  return address.replace(/@[^@]*$/, domain => domain.toLowerCase());
}

/** Whether a text matches both, which are patterns of the condition operator StringLike. What only the deployment or IAM knows may match anything. */
export function mayMatch(one: string, other: string): boolean {
  const isOpen = [one, other].some(pattern => Token.isUnresolved(pattern) || pattern.includes('${'));
  return isOpen || haveCommonMatch(one, other);
}

/** Reads one pattern character by character, and keeps what may remain of the other one. */
function haveCommonMatch(one: string, other: string): boolean {
  let rests = [other];
  for (const character of one) rests = [...new Set(rests.flatMap(rest => restsAfter(character, rest)))];
  return rests.some(rest => /^\**$/.test(rest));
}

/** What may remain of a pattern after a character of the other one, in which a star takes as much as it likes. */
function restsAfter(character: string, pattern: string): string[] {
  if (character === '*') return Array.from({ length: pattern.length + 1 }, (_, taken) => pattern.slice(taken));
  if (pattern.startsWith('*')) return [pattern, ...restsAfter(character, pattern.slice(1))];
  return pattern !== '' && (character === '?' || [character, '?'].includes(pattern[0])) ? [pattern.slice(1)] : [];
}
