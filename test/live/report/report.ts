import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { livePage } from './page';
import { LiveRecord, recordOf, RunFacts } from './record';
import { SuiteReport } from '../suite';

const ROOT = join(__dirname, '..', '..', '..');
/** A run on AWS is a document; a run against the local AWS is a test result. */
const DOCUMENTS = { page: 'docs/live.md', record: 'docs/live.json' };
const RESULTS = { page: 'test-results/live.md', record: 'test-results/live.json' };

/** Returns the names of the files. */
export function writeReport(report: SuiteReport, facts: RunFacts): string[] {
  const record: LiveRecord = recordOf(report, facts, new Date());
  const { page, record: file } = facts.isLocal ? RESULTS : DOCUMENTS;
  write(file, `${JSON.stringify(record, null, 2)}\n`);
  write(page, livePage(record));
  return [page, file];
}

function write(name: string, text: string): void {
  mkdirSync(dirname(join(ROOT, name)), { recursive: true });
  writeFileSync(join(ROOT, name), text);
}
