import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './program';

/** The folder of each kind of package, as jsii-pacmak writes it. */
export interface Packages {
  /** The file that `npm publish` would send. */
  readonly npm: string;
  /** A folder with the wheel. */
  readonly python: string;
  /** A Maven repository. */
  readonly java: string;
  /** The module's folder. */
  readonly go: string;
}

/** Not every proxy of Go modules has the checksum database beside it. What an app runs is pinned by its own go.sum. */
export const GO_ENVIRONMENT = { GONOSUMDB: 'github.com/aws/*,github.com/cdklabs/*' };

/** Builds the packages of all languages, as a release does. */
export async function buildPackages(tree: string): Promise<Packages> {
  for (const task of ['bundle', 'compile', 'post-compile', 'package-all']) await run('npx', ['projen', task], { cwd: tree, env: GO_ENVIRONMENT });
  return packagesIn(join(tree, 'dist'));
}

function packagesIn(dist: string): Packages {
  return { npm: onlyFile(join(dist, 'js'), '.tgz'), python: join(dist, 'python'), java: join(dist, 'java'), go: join(dist, 'go', 'smtprotation') };
}

export function onlyFile(directory: string, ending: string): string {
  const found = readdirSync(directory).filter(file => file.endsWith(ending));
  if (found.length !== 1) throw new Error(`there must be one file *${ending} in ${directory}, found ${found.length}`);
  return join(directory, found[0]);
}
