import { Token } from 'aws-cdk-lib';

/**
 * Whether a text can match both patterns of the condition operator `StringLike`. A part that only the deployment or IAM knows may match
 * anything.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
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

/** What may remain of a pattern after a character of the other one. A star takes any number of characters. */
function restsAfter(character: string, pattern: string): string[] {
  if (character === '*') return Array.from({ length: pattern.length + 1 }, (_, taken) => pattern.slice(taken));
  if (pattern.startsWith('*')) return [pattern, ...restsAfter(character, pattern.slice(1))];
  return pattern !== '' && (character === '?' || [character, '?'].includes(pattern[0])) ? [pattern.slice(1)] : [];
}
