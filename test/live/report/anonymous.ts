export interface Names {
  readonly prefix: string;
  readonly identity?: string;
}

/** What identifies an account or its parts, and what stands in its place. */
const IDENTIFIERS: readonly [RegExp, string][] = [
  [/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g, '(id)'],
  [/\bB[A-P][A-Za-z0-9+/]{42}(?![A-Za-z0-9+/])/g, '(password)'],
  [/\barn:[\w-]+:[^\s,;)"']+/g, '(arn)'],
  [/\b(?:mi|i|eni|vpc|subnet|sg|vol)-[0-9a-f]{8,17}\b/g, '(id)'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '(id)'],
  [/\b\d{12}\b/g, '(account)'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, '(address)'],
];

/** Without account ids, key ids, ARNs, addresses, and the names of the run and its identity. */
export function anonymous(text: string, { identity, prefix }: Names): string {
  const names = [...identity === undefined ? [] : [identity.split('@').at(-1)!], prefix];
  const withoutNames = names.reduce((rest, name) => rest.replace(new RegExp(`[\\w.@:/-]*${escaped(name)}[\\w./-]*`, 'g'), '(name)'), text);
  return IDENTIFIERS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), withoutNames);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
