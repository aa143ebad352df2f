import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GO_MODULE } from './registries';
import { Language } from '../languages/languages';
import { run } from '../languages/program';

/** Where the example of a language names the version of the package, which is 0.0.0 in the repository. */
const VERSIONS: Record<string, string> = {
  typescript: 'package.json', python: 'requirements.txt', java: 'pom.xml', go: 'go.mod', csharp: 'src/Newsletter.csproj',
};
const UNRELEASED = /((?:cdk-ses-smtp-credential-rotation|CdkSesSmtp\.CredentialRotation)\b[^]{1,60}?)0\.0\.0/;

/** A language whose app asks for a version of the package that is published. */
export function stranger(language: Language, version: string, environment: Record<string, string>): Language {
  return {
    ...language,
    install: async (directory, packages) => {
      const file = join(directory, VERSIONS[language.name]);
      writeFileSync(file, readFileSync(file, 'utf8').replace(UNRELEASED, `$1${version}`));
      if (language.name !== 'go') return language.install(directory, packages);
      await run('go', ['get', `${GO_MODULE}@v${version}`], { cwd: directory, env: environment });
    },
    environment: directory => ({ ...language.environment(directory), ...environment }),
  };
}
