import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { campaigns, Row } from './campaigns';
import { compareWithSample } from './comparison';
import { markdown, MutationScore } from './markdown';
import { Catch, hunt } from '../known-bad/hunt';
import { KNOWN_BAD } from '../known-bad/variants';

const USAGE = 'usage: npm run reliability';
const DOCS = join(__dirname, '..', '..', '..', 'docs');
const MUTATION = join(DOCS, 'mutation.json');

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) return console.log(USAGE);
  const rows = await disturb();
  const caught = await catchMistakes();
  const mutation = existsSync(MUTATION) ? JSON.parse(readFileSync(MUTATION, 'utf8')) as MutationScore : undefined;
  const text = markdown({ machine: describeMachine(), rows, caught, comparison: await compareWithSample(), mutation });
  mkdirSync(DOCS, { recursive: true });
  writeFileSync(join(DOCS, 'reliability.md'), text);
  console.log(`\n${text}`);
  const good = rows.every(({ violations }) => violations === 0) && caught.every(({ run }) => run);
  process.exitCode = good ? 0 : 1;
}

async function disturb(): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of campaigns()) {
    rows.push(row);
    console.error(`${row.what}, ${row.setup}: ${row.runs} runs, ${row.violations} violations, ${row.seconds.toFixed(0)} s`);
    row.examples.forEach(example => console.error(`  ${example}`));
  }
  return rows;
}

async function catchMistakes(): Promise<Catch[]> {
  const caught: Catch[] = [];
  for (const variant of KNOWN_BAD) {
    caught.push(await hunt(variant));
    console.error(`a function that ${variant.name}: ${caught.at(-1)?.run ? 'caught' : 'NOT CAUGHT'}`);
  }
  return caught;
}

function describeMachine(): string {
  const all = cpus();
  return `Node ${process.version}, ${process.platform}, ${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`;
}

main().catch((error: Error) => {
  const badArgument = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(badArgument ? `${error.message}\n${USAGE}` : error);
  process.exitCode = 2;
});
