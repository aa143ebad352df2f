import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { campaigns } from './campaigns';
import { compareWithSample } from './comparison';
import { Caught, markdown, MutationScore } from './markdown';
import { Row } from './row';
import { describePlan } from '../campaign';
import { describeMishaps } from '../deployments/campaign';
import { EXCEPTIONS } from '../deployments/exceptions';
import { huntInDeployments, KNOWN_BAD_DEPLOYMENTS } from '../deployments/known-bad';
import { hunt } from '../known-bad/hunt';
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
  const gone = EXCEPTIONS.filter(({ name }) => !rows.some(row => row.exceptions?.includes(name))).map(({ name }) => name);
  if (gone.length > 0) console.error(`no longer an exception: ${gone.join('; ')}`);
  const good = gone.length === 0 && rows.every(({ violations }) => violations === 0) && caught.every(({ when }) => when !== undefined);
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

async function catchMistakes(): Promise<Caught[]> {
  const caught: Caught[] = [];
  for await (const one of catches()) {
    caught.push(one);
    console.error(`a function that ${one.name}: ${one.when === undefined ? 'NOT CAUGHT' : 'caught'}`);
  }
  return caught;
}

async function* catches(): AsyncGenerator<Caught> {
  for (const { name, promise, ...variant } of KNOWN_BAD) {
    const { run, runs } = await hunt({ name, promise, ...variant });
    yield { name, promise, runs, when: run && describePlan(run) };
  }
  for (const { name, promise, ...variant } of KNOWN_BAD_DEPLOYMENTS) {
    const { run, runs } = await huntInDeployments({ name, promise, ...variant });
    yield { name, promise, runs, when: run && `${run.change.name}, ${describeMishaps(run)}` };
  }
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
