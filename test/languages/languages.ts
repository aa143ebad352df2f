import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './clean-tree';
import { DOTNET_ENVIRONMENT, GO_ENVIRONMENT, Packages } from './packages';
import { run } from './program';

/** What a language needs to use a package that is built, but not published. */
export interface Language {
  readonly name: string;
  /** Runs the app's own tests. */
  readonly test: Command;
  /** Where a program that makes mistakes and prints the errors belongs in the app, and how it runs there. */
  readonly mistakes: { readonly file: string; readonly run: Command };
  /** How the README marks its program in the language, where that belongs in the app, and how it runs there. */
  readonly readme: { readonly fence: string; readonly file: string; readonly run: Command };
  /** The versions that the app asks for, if they are not those of TypeScript's example: npm's names with them. */
  readonly cdk?: string[];
  /** Installs the dependencies of the app in a directory: the built package, and from the registries whatever else it names. */
  install(directory: string, packages: Packages): Promise<void>;
  /** What the app's programs find in their environment, on top. */
  environment(directory: string): Record<string, string>;
}

type Command = [program: string, ...args: string[]];

/** TypeScript, with these versions of the CDK or those of the example. */
export function typescript(cdk: string[] = []): Language {
  return {
    name: 'typescript',
    install: async (directory, { npm }) => {
      await run('npm', ['install', '--no-audit', '--no-fund', npm, ...cdk], { cwd: directory });
    },
    environment: () => ({}),
    test: ['npm', 'test'],
    mistakes: { file: 'mistakes.mjs', run: ['node', 'mistakes.mjs'] },
    readme: { fence: 'ts', file: 'readme.ts', run: ['npx', 'tsx', 'readme.ts'] },
  };
}

const PYTHON: Language = {
  name: 'python',
  install: async (directory, { python }) => {
    await run('python3', ['-m', 'venv', '.venv'], { cwd: directory });
    await run('.venv/bin/pip', ['install', '--quiet', '--find-links', python, '--requirement', 'requirements-dev.txt'], { cwd: directory });
  },
  environment: directory => ({ PATH: `${join(directory, '.venv', 'bin')}:${process.env.PATH}` }),
  test: ['pytest'],
  mistakes: { file: 'mistakes.py', run: ['python', 'mistakes.py'] },
  readme: { fence: 'python', file: 'readme.py', run: ['python', 'readme.py'] },
};

const JAVA: Language = {
  name: 'java',
  install: async (directory, { java }) => {
    writeFileSync(join(directory, 'settings.xml'), mavenSettings(`file://${java}`));
    mkdirSync(join(directory, '.mvn'));
    // Read by every call of mvn, that in cdk.json included.
    writeFileSync(join(directory, '.mvn', 'maven.config'), `--settings\n${join(directory, 'settings.xml')}\n`);
    await run('mvn', ['--batch-mode', '--quiet', 'test-compile'], { cwd: directory });
  },
  environment: () => ({}),
  test: ['mvn', '--batch-mode', 'test'],
  mistakes: {
    file: 'src/main/java/com/example/newsletter/Mistakes.java',
    run: ['mvn', '--batch-mode', '--quiet', 'compile', 'exec:java', '-Dexec.mainClass=com.example.newsletter.Mistakes'],
  },
  readme: {
    fence: 'java',
    file: 'src/main/java/Mail.java',
    run: ['mvn', '--batch-mode', '--quiet', 'compile', 'exec:java', '-Dexec.mainClass=Mail'],
  },
};

const GO_MODULE = 'github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation-go/smtprotation';

const GO: Language = {
  name: 'go',
  install: async (directory, { go }) => {
    await run('go', ['work', 'init', '.'], { cwd: directory, env: GO_ENVIRONMENT });
    await run('go', ['work', 'edit', `-replace=${GO_MODULE}=${go}`], { cwd: directory, env: GO_ENVIRONMENT });
  },
  environment: () => GO_ENVIRONMENT,
  test: ['go', 'test', '-v', '.'],
  mistakes: { file: 'mistakes/mistakes.go', run: ['go', 'run', './mistakes'] },
  readme: { fence: 'go', file: 'readme/readme.go', run: ['go', 'run', './readme'] },
};

const CSHARP: Language = {
  name: 'csharp',
  cdk: [`aws-cdk-lib@${msBuildProperty('CdkVersion')}`, `constructs@${msBuildProperty('ConstructsVersion')}`],
  install: async (directory, { dotnet }) => {
    writeFileSync(join(directory, 'nuget.config'), nuGetConfig(dotnet));
    for (const program of ['mistakes', 'readme']) cpSync(join(directory, 'src', 'Newsletter.csproj'), join(directory, program, `${program}.csproj`));
    await run('dotnet', ['build', 'tests'], { cwd: directory, env: DOTNET_ENVIRONMENT });
  },
  environment: () => DOTNET_ENVIRONMENT,
  test: ['dotnet', 'test', 'tests'],
  mistakes: { file: 'mistakes/Mistakes.cs', run: ['dotnet', 'run', '--project', 'mistakes'] },
  readme: { fence: 'csharp', file: 'readme/Mail.cs', run: ['dotnet', 'run', '--project', 'readme'] },
};

/** TypeScript comes first: the others are compared with it. */
export const LANGUAGES = [typescript(), PYTHON, JAVA, GO, CSHARP];

/** A setting of the example: not every registry serves every version. As in MSBuild, an environment variable comes first. */
function msBuildProperty(name: string): string {
  const properties = readFileSync(join(ROOT, 'examples', 'csharp', 'Directory.Build.props'), 'utf8');
  return process.env[name] ?? new RegExp(`<${name} [^>]*>([^<]+)<`).exec(properties)![1];
}

/** A cache of its own: that of the user may have an earlier build of the same version. */
function nuGetConfig(source: string): string {
  return `<configuration>
  <config>
    <add key="globalPackagesFolder" value=".nuget" />
  </config>
  <packageSources>
    <add key="built-package" value="${source}" />
  </packageSources>
</configuration>
`;
}

/** A local repository of its own: that of the user may have an earlier build of the same version. */
function mavenSettings(repository: string): string {
  return `<settings>
  <localRepository>\${user.dir}/.m2</localRepository>
  <profiles>
    <profile>
      <id>built-package</id>
      <repositories>
        <repository>
          <id>built-package</id>
          <url>${repository}</url>
        </repository>
      </repositories>
    </profile>
  </profiles>
  <activeProfiles>
    <activeProfile>built-package</activeProfile>
  </activeProfiles>
</settings>
`;
}
