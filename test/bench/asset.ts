import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { time, timeInTurns, Timing } from './timing';

export interface AssetSize {
  readonly rawBytes: number;
  readonly zipBytes: number;
}

export interface LoadTime {
  readonly bare: Timing;
  readonly bundle: Timing;
}

export const ASSET = join(__dirname, '..', '..', 'assets', 'lambda-src', 'index');
export const FUNCTION_MODULE = join(ASSET, 'index.mjs');

/** What a zip file has for each file beside its name, twice, and its content: local header and directory entry. */
const ZIP_ENTRY_BYTES = 30 + 46;
const ZIP_END_BYTES = 22;
const LOAD_ROUNDS = 21;

/** The asset as it is, and in a zip file deflated at level 9, as the CDK CLI makes it. */
export function assetSize(): AssetSize {
  const files = readdirSync(ASSET).map(name => ({ name, content: readFileSync(join(ASSET, name)) }));
  const entries = files.map(({ name, content }) => ZIP_ENTRY_BYTES + 2 * name.length + deflateRawSync(content, { level: 9 }).length);
  return { rawBytes: sum(files.map(({ content }) => content.length)), zipBytes: sum(entries) + ZIP_END_BYTES };
}

/** A whole process that loads the bundle, and one that loads an empty module. */
export function loadTime(): LoadTime {
  const directory = mkdtempSync(join(tmpdir(), 'bench-load-'));
  const empty = join(directory, 'empty.mjs');
  writeFileSync(empty, '');
  const timings = timeInTurns(LOAD_ROUNDS, { bare: () => time(() => run(empty)), bundle: () => time(() => run(FUNCTION_MODULE)) });
  rmSync(directory, { recursive: true });
  return timings;
}

function run(module: string): void {
  const { status, stderr } = spawnSync(process.execPath, [module], { env: {}, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${module} could not be loaded: ${stderr}`);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
