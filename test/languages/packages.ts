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
  /** A folder with the NuGet package. */
  readonly dotnet: string;
}

/** The task that packages for a language. All together are `package-all`, which asks for the tools of every language. */
export const PACKAGE_TASKS: Record<string, string> = {
  typescript: 'package:js', java: 'package:java', python: 'package:python', csharp: 'package:dotnet', go: 'package:go',
};

/** Not every proxy of Go modules has the checksum database beside it. What an app runs is pinned by its own go.sum. */
export const GO_ENVIRONMENT = { GONOSUMDB: 'github.com/aws/*,github.com/cdklabs/*' };

/** Nothing is reported to anybody, and no greeting stands in what it prints. */
export const DOTNET_ENVIRONMENT = { DOTNET_CLI_TELEMETRY_OPTOUT: 'true', DOTNET_NOLOGO: 'true' };

/** Builds the packages of some languages, as a release does. */
export async function buildPackages(tree: string, languages: string[]): Promise<Packages> {
  const env = { ...GO_ENVIRONMENT, ...DOTNET_ENVIRONMENT };
  for (const task of ['bundle', 'compile', 'post-compile', ...languages.map(language => PACKAGE_TASKS[language])]) await run('npx', ['projen', task], { cwd: tree, env });
  return packagesIn(join(tree, 'dist'));
}

function packagesIn(dist: string): Packages {
  const [python, java, dotnet] = ['python', 'java', 'dotnet'].map(language => join(dist, language));
  return { npm: onlyFile(join(dist, 'js'), '.tgz'), python, java, dotnet, go: join(dist, 'go', 'smtprotation') };
}

export function onlyFile(directory: string, ending: string): string {
  const found = readdirSync(directory).filter(file => file.endsWith(ending));
  if (found.length !== 1) throw new Error(`there must be one file *${ending} in ${directory}, found ${found.length}`);
  return join(directory, found[0]);
}
