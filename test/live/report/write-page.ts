import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { livePage } from './page';
import { LiveRecord } from './record';

const DOCS = join(__dirname, '..', '..', '..', 'docs');

/** docs/live.md from docs/live.json, or from nothing if nobody has run the suite. */
export function pageOfRecord(): string {
  const file = join(DOCS, 'live.json');
  return livePage(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as LiveRecord : undefined);
}

export function writePage(): void {
  writeFileSync(join(DOCS, 'live.md'), pageOfRecord());
}
