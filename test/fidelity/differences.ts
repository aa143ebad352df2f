import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Shown } from './comparison';

/** What the world and moto do differently, and who does it as AWS does. */
export interface Difference {
  readonly what: string;
  /** Where it shows. */
  readonly at: Place[];
  /** It explains what is seen in other sequences, too. */
  readonly everywhere?: boolean;
  /** How it shows; each of these does somewhere. */
  readonly shows: Show[];
  /** Never moto: then the world is wrong, and is mended. */
  readonly right: 'world' | 'unknown';
  readonly source: string;
}

export interface Place {
  /** What happens in the sequence. */
  readonly when: string;
  readonly step: string;
}

export interface Show {
  /** A `*` is any action. */
  readonly action: string;
  /** A `*` is any one part of the path. */
  readonly field: string;
  /** Undefined is a field that is not there, or a call that is not refused. */
  readonly world?: unknown;
  readonly moto?: unknown;
}

/** The list, by what it is about. Snapshots of localstack/localstack are answers of AWS, which were recorded to build another emulator. */
const LIST = JSON.parse(readFileSync(join(__dirname, 'differences.json'), 'utf8')) as Record<string, Difference[]>;

export const DIFFERENCES = Object.values(LIST).flat();

/** Whether what was seen is the listed difference. */
export function explains({ at, everywhere, shows }: Difference, seen: Shown): boolean {
  const isThere = everywhere === true || at.some(({ when }) => when === seen.sequence);
  return isThere && shows.some(show => looksLike(show, seen));
}

export function looksLike(show: Show, seen: Shown): boolean {
  const same = (key: 'world' | 'moto') => JSON.stringify(show[key]) === JSON.stringify(seen[key]);
  return (show.action === '*' || show.action === seen.action) && matchesPath(show.field, seen.field) && same('world') && same('moto');
}

function matchesPath(pattern: string, path: string): boolean {
  const [expected, actual] = [pattern.split('.'), path.split('.')];
  return expected.length === actual.length && expected.every((part, index) => part === '*' || part === actual[index]);
}
