import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, Plugin } from 'esbuild';
import { OURS, Subject } from '../subject';
import { Replacement, replaceFunction } from './replacement';
import { KnownBad } from './variants';

const ROOT = join(__dirname, '..', '..', '..');
const SOURCES = join(ROOT, 'lambda-src');
/** Inside the repository, so that the bundle finds the SDK. */
const OUTPUT = join(ROOT, 'test-results', 'known-bad');

/** The function with a mistake in it, built from today's sources. */
export async function buildVariant({ name, replacements }: Pick<KnownBad, 'name' | 'replacements'> & Partial<KnownBad>): Promise<Subject> {
  mkdirSync(OUTPUT, { recursive: true });
  const outfile = join(OUTPUT, `${name.replace(/\W+/g, '-')}.cjs`);
  await build({
    entryPoints: [join(SOURCES, 'invocation.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@aws-sdk/*'],
    plugins: [withReplacements(replacements)],
    logLevel: 'error',
  });
  const { invoke } = await import(outfile) as Pick<Subject, 'invoke'>;
  return { ...OURS, name, invoke };
}

/** Replaces the functions before esbuild reads their modules. */
export function withReplacements(replacements: readonly Replacement[]): Plugin {
  const sources = new Map<string, string>();
  for (const replacement of replacements) {
    const path = join(SOURCES, `${replacement.module}.ts`);
    sources.set(path, replaceFunction(sources.get(path) ?? readFileSync(path, 'utf8'), replacement));
  }
  return {
    name: 'mistakes',
    setup: ({ onLoad }) => onLoad({ filter: /[/\\]lambda-src[/\\].+\.ts$/ }, ({ path }) => ({ loader: 'ts', contents: sources.get(path) })),
  };
}
