import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const FIGURES = join(ROOT, 'docs', 'mutation.json');

/** The part of Stryker's report that counts: https://github.com/stryker-mutator/mutation-testing-elements */
interface StrykerReport {
  readonly files: Record<string, { readonly mutants: { readonly status: string }[] }>;
}

const { files } = JSON.parse(readFileSync(join(ROOT, 'test-results', 'mutation.json'), 'utf8')) as StrykerReport;
const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
const count = (wanted: string) => statuses.filter(status => status === wanted).length;
const [killed, timedOut, survived, noCoverage] = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map(count);
const total = killed + timedOut + survived + noCoverage;
const score = Number((100 * (killed + timedOut) / total).toFixed(1));
const figures = { score, killed, timedOut, survived, noCoverage, total };
console.log(JSON.stringify(figures));

const sources = readdirSync(join(ROOT, 'lambda-src'), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
// A run over some files says nothing about the whole.
if (sources.every(name => `lambda-src/${name}` in files)) {
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  writeFileSync(FIGURES, `${JSON.stringify(figures, undefined, 2)}\n`);
}
