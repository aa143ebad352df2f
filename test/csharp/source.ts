/** A type or member of the public API, in generated C#. */
export interface Declaration {
  /** The declaration itself, without what stands before it. */
  readonly signature: string;
  readonly hasSummary: boolean;
}

const ATTRIBUTE = /^\[Jsii(Class|Interface|ByValue|Enum|EnumMember|Method|Property)\(/;

/** What jsii marks as its own: every type and every member but constructors. */
export function declarationsIn(source: string): Declaration[] {
  const lines = source.split('\n').map(line => line.trim());
  return lines.flatMap((line, index) => ATTRIBUTE.test(line) ? [declarationAt(lines, index)] : []);
}

function declarationAt(lines: string[], attribute: number): Declaration {
  const isBefore = (line: string) => line.startsWith('///') || line.startsWith('[');
  let first = attribute;
  while (isBefore(lines[first - 1] ?? '')) first--;
  const signature = lines.slice(attribute).find(line => !line.startsWith('['))!;
  return { signature, hasSummary: lines.slice(first, attribute).some(line => line.startsWith('/// <summary>')) };
}

/** The examples in what is said about the namespace: that is the README. */
export function examplesIn(source: string): string[] {
  const text = source.replaceAll(/^ *\/\/\/ ?/gm, '');
  return [...text.matchAll(/<code><!\[CDATA\[\n([^]*?)\]\]><\/code>/g)].map(([, code]) => code);
}

/** What jsii-rosetta makes of a loop over a list, and of a value that is left out: neither compiles. */
export function mistakesIn(example: string): string[] {
  return example.match(/\bfor \(var\b|\bundefined\b/g) ?? [];
}
