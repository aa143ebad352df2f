import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server } from './server';
import { run } from '../languages/program';

/** Under which names the packages are published. */
export const NPM_NAME = 'cdk-ses-smtp-credential-rotation';
export const PYPI_NAME = NPM_NAME;
export const GO_REPOSITORY = 'https://github.com/cdk-ses-smtp/';
export const GO_MODULE = 'github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation-go/smtprotation';

/** Where the packages of each language go, on this machine. */
export interface Registries {
  /** Verdaccio, which has all other packages from where npm has them. */
  readonly npm: string;
  /** What lets its user publish. */
  readonly npmToken: string;
  /** pypiserver. */
  readonly pypi: string;
  /** A folder that is a Maven repository. */
  readonly maven: string;
  /** A folder that is a NuGet source. */
  readonly nuget: string;
  /** A folder with bare git repositories, in the place of the organization on GitHub. */
  readonly git: string;
}

/** The versions of the package that each registry has. */
export type Published = Record<'npm' | 'pypi' | 'maven' | 'nuget' | 'go', string[]>;

/** Starts those that are servers; resolves also with what stops them. */
export async function startRegistries(directory: string): Promise<{ readonly registries: Registries; stop(): Promise<void> }> {
  const [maven, nuget, git] = ['maven', 'nuget', 'git'].map(name => join(directory, name));
  for (const folder of [maven, nuget, git]) mkdirSync(folder, { recursive: true });
  const verdaccio = await startVerdaccio(join(directory, 'verdaccio'));
  const pypiServer = await startPypiServer(join(directory, 'pypiserver'));
  const registries = { npm: verdaccio.url, npmToken: await npmUser(verdaccio.url), pypi: pypiServer.url, maven, nuget, git };
  return { registries, stop: async () => { await Promise.all([verdaccio.stop(), pypiServer.stop()]); } };
}

export async function published({ npm, pypi, maven, nuget, git }: Registries): Promise<Published> {
  const npmAnswer = await fetch(new URL(NPM_NAME, npm));
  const pypiAnswer = await fetch(new URL(`simple/${PYPI_NAME}/`, pypi));
  const tags = await run('git', ['tag'], { cwd: join(git, 'cdk-ses-smtp-credential-rotation-go.git') });
  const java = join(maven, 'io', 'github', 'cdk-ses-smtp', 'cdk-ses-smtp-credential-rotation');
  return {
    npm: npmAnswer.ok ? Object.keys((await npmAnswer.json() as { versions: object }).versions) : [],
    pypi: pypiAnswer.ok ? [...(await pypiAnswer.text()).matchAll(/>cdk_ses_smtp_credential_rotation-(.*?)-py3/g)].map(([, version]) => version) : [],
    maven: existsSync(java) ? readdirSync(java, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name) : [],
    nuget: readdirSync(nuget).flatMap(file => /^CdkSesSmtp\.CredentialRotation\.(\d.*)\.nupkg$/.exec(file)?.[1] ?? []),
    go: tags.stdout.split('\n').filter(tag => tag !== ''),
  };
}

/** The version for Node.js 20. One of its dependencies asks for a tag that not every mirror of the registry has. */
const VERDACCIO = { private: true, dependencies: { verdaccio: '6.8.0' }, overrides: { 'node-fetch': '2.7.0' } };

async function startVerdaccio(directory: string): Promise<Server> {
  mkdirSync(directory);
  writeFileSync(join(directory, 'package.json'), JSON.stringify(VERDACCIO));
  await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: directory });
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry']);
  // JSON is YAML.
  writeFileSync(join(directory, 'config.yaml'), JSON.stringify({
    storage: './storage',
    auth: { htpasswd: { file: './htpasswd' } },
    uplinks: { registry: { url: registry.trim(), timeout: '120s', cache: false } },
    packages: {
      [NPM_NAME]: { access: '$all', publish: '$authenticated' },
      '**': { access: '$all', proxy: 'registry' },
    },
    log: { type: 'stdout', level: 'warn' },
  }));
  return Server.start(port => [join(directory, 'node_modules', '.bin', 'verdaccio'), '--config', join(directory, 'config.yaml'), '--listen', `127.0.0.1:${port}`]);
}

/** Signs a user up; resolves with what lets it publish. */
async function npmUser(registry: string): Promise<string> {
  const user = { name: 'rehearsal', password: 'rehearsal', email: 'rehearsal@example.com' };
  const answer = await fetch(new URL('-/user/org.couchdb.user:rehearsal', registry), {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(user),
  });
  const { token } = await answer.json() as { token?: string };
  if (!token) throw new Error(`npm's registry on this machine lets nobody sign up: ${answer.status}`);
  return token;
}

async function startPypiServer(directory: string): Promise<Server> {
  const packages = join(directory, 'packages');
  mkdirSync(packages, { recursive: true });
  await run('python3', ['-m', 'venv', join(directory, 'venv')]);
  await run(join(directory, 'venv', 'bin', 'pip'), ['install', '--quiet', '--requirement', join(__dirname, 'requirements.txt')]);
  // It lets everybody publish: `-P . -a .`.
  return Server.start(port => [join(directory, 'venv', 'bin', 'pypi-server'), 'run', '-i', '127.0.0.1', '-p', String(port), '-P', '.', '-a', '.', '--disable-fallback', packages]);
}
