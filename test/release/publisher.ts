import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Registries } from './registries';
import { Runner, Site } from './runner';
import { releaseJobs, Step } from './workflow';

type Variables = Record<string, string>;

/** How the job of a language publishes, without what only GitHub can give it. */
interface Publishing {
  readonly job: string;
  /** In the place of what GitHub signs in with. */
  readonly signIn: Variables;
  /** Publishes in the place of the workflow's command. */
  readonly command?: string;
  /** In the place of the registry. */
  registry(registries: Registries): Variables;
}

/** The jobs that publish, by language. */
const PUBLISHING: Record<string, Publishing> = {
  typescript: {
    job: 'release_npm',
    signIn: { NPM_TRUSTED_PUBLISHER: 'false', NPM_CONFIG_PROVENANCE: 'false' },
    // npm prefers the name in small letters, which this machine may have, to that in capitals, which publib sets.
    registry: ({ npm, npmToken }) => ({ NPM_REGISTRY: new URL(npm).host, NPM_TOKEN: npmToken, DISABLE_HTTPS: 'true', npm_config_registry: npm }),
  },
  java: {
    job: 'release_maven',
    signIn: {},
    // A server that is not Maven Central gets no signatures, and publib refuses a key for one.
    registry: ({ maven }) => ({ MAVEN_SERVER_ID: 'rehearsal', MAVEN_REPOSITORY_URL: `file://${maven}`, MAVEN_GPG_PRIVATE_KEY: '' }),
  },
  python: {
    job: 'release_pypi',
    signIn: { PYPI_TRUSTED_PUBLISHER: 'false', TWINE_USERNAME: 'rehearsal', TWINE_PASSWORD: 'rehearsal' },
    registry: ({ pypi }) => ({ TWINE_REPOSITORY_URL: pypi }),
    // publib's own skips what exists, which twine refuses for every index but PyPI.
    command: 'python3 -m twine upload --verbose dist/python/*',
  },
  csharp: {
    job: 'release_nuget',
    signIn: { NUGET_TRUSTED_PUBLISHER: 'false', NUGET_API_KEY: 'rehearsal' },
    registry: ({ nuget }) => ({ NUGET_SERVER: nuget }),
  },
  go: { job: 'release_golang', signIn: {}, registry: () => ({}) },
};

/** A job that has made the package of a language, and can publish it. */
export class Publisher {
  /** Runs all steps but the one that publishes. The packages that it installs are those of the build. */
  public static async prepare(language: string, directory: string, site: Site): Promise<Publisher> {
    const publishing = PUBLISHING[language];
    const job = releaseJobs()[publishing.job];
    const runner = new Runner(job, directory, site);
    const [step] = job.steps.slice(-1);
    for (const earlier of job.steps.slice(0, -1)) {
      if (earlier.id === 'install_dependencies') symlinkSync(site.modules, join(directory, '.repo', 'node_modules'));
      else await runner.step(earlier);
    }
    return new Publisher(publishing, step, runner);
  }

  private constructor(private readonly publishing: Publishing, private readonly step: Step, private readonly runner: Runner) {}

  /** With the registries of the rehearsal: what publishes by mistake reaches no other, and is found there. */
  public async dryRun(registries: Registries): Promise<string> {
    const { registry, signIn } = this.publishing;
    return this.runner.step(this.step, { ...signIn, ...registry(registries), PUBLIB_DRYRUN: 'true' });
  }

  public async publish(registries: Registries): Promise<void> {
    const { command, signIn, registry } = this.publishing;
    await this.runner.step({ ...this.step, run: command ?? this.step.run }, { ...signIn, ...registry(registries), PUBLIB_DRYRUN: 'false' });
  }
}
