import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './clean-tree';

const ROW = /^\| `(?<rule>[^`]+)` \| (?<packs>[^|]+) \| (?<constructs>[^|]+) \| (?<reason>[^|]+) \|$/;

/** Each finding of a rule pack that docs/security.md gives a reason for, in one line. */
export function explainedFindings(): string[] {
  const rows = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8').split('\n').map(line => ROW.exec(line)?.groups);
  return rows.filter(row => row !== undefined).flatMap(({ rule, packs, constructs }) =>
    packs.split(', ').flatMap(pack => constructs.split(', ').map(construct => `${pack}: ${rule} at ${construct.replaceAll('`', '')}`)));
}
