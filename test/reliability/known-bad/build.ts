import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, Plugin } from 'esbuild';
import { OURS, Subject } from '../subject';
import { Edit, KnownBad } from './variants';

const ROOT = join(__dirname, '..', '..', '..');
const SOURCES = join(ROOT, 'lambda-src');
/** Inside the repository, so that the bundle finds the SDK. */
const OUTPUT = join(ROOT, 'test-results', 'known-bad');

/** The function with a mistake in it, built from today's sources. */
export async function buildVariant({ name, edits }: KnownBad): Promise<Subject> {
  mkdirSync(OUTPUT, { recursive: true });
  const outfile = join(OUTPUT, `${name.replace(/\W+/g, '-')}.cjs`);
  await build({
    entryPoints: [join(SOURCES, 'invocation.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@aws-sdk/*'],
    plugins: [withEdits(edits)],
    logLevel: 'error',
  });
  const { invoke } = await import(outfile) as Pick<Subject, 'invoke'>;
  return { ...OURS, name, invoke };
}

function withEdits(edits: readonly Edit[]): Plugin {
  const isEdited = ({ file }: Edit, path: string) => file === basename(path);
  return {
    name: 'mistakes',
    setup: ({ onLoad }) => onLoad({ filter: /[/\\]lambda-src[/\\].+\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: edits.filter(edit => isEdited(edit, path)).reduce(edited, readFileSync(path, 'utf8')),
    })),
  };
}

/** A mistake that no longer fits the source must be written anew, not be left out in silence. */
function edited(source: string, { file, find, replace }: Edit): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places that read: ${find}`);
  return parts.join(replace);
}
