import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GO_TOKEN, machine, signingKey } from './machine';
import { Publisher } from './publisher';
import { published, Published, Registries } from './registries';
import { Runner, Site } from './runner';
import { releaseJobs, Step, tasks } from './workflow';
import { ROOT } from '../languages/clean-tree';
import { run } from '../languages/program';

/** What came of a rehearsal. */
export interface Rehearsal {
  readonly commit: string;
  readonly version: string;
  readonly tag: string;
  readonly changelog: string;
  /** What the job that builds told the jobs that publish. */
  readonly outputs: Record<string, string>;
  readonly afterDryRun: Published;
  readonly afterRelease: Published;
}

const PASSPHRASE = 'rehearsal';

/** Runs the jobs of the workflow that releases, for some languages, against the registries on this machine. */
export async function rehearse(directory: string, registries: Registries, languages: string[]): Promise<Rehearsal> {
  const origin = await repositories(registries.git);
  const environment = await machine(join(directory, 'home'), registries);
  const commit = (await run('git', ['rev-parse', 'main'], { cwd: origin })).stdout.trim();
  const build = join(directory, 'build');
  const site = { origin, environment, artifact: join(directory, 'artifact'), modules: join(build, 'node_modules'), expressions: await expressions(directory, languages) };
  const outputs = await buildRelease(build, site);

  const publishers: Publisher[] = [];
  for (const language of languages) publishers.push(await Publisher.prepare(language, join(directory, language), site));
  for (const publisher of publishers) await publisher.dryRun(registries);
  const afterDryRun = await published(registries);
  for (const publisher of publishers) await publisher.publish(registries);
  const read = (file: string) => readFileSync(join(site.artifact, file), 'utf8').trim();
  return {
    commit,
    outputs,
    afterDryRun,
    afterRelease: await published(registries),
    version: read('version.txt'),
    tag: read('releasetag.txt'),
    changelog: read('changelog.md'),
  };
}

/** The repository at what is committed here, and that of the Go module with a first commit. */
async function repositories(git: string): Promise<string> {
  const [origin, go] = ['cdk-ses-smtp-credential-rotation', 'cdk-ses-smtp-credential-rotation-go'].map(name => join(git, `${name}.git`));
  for (const repository of [origin, go]) await run('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', repository]);
  await run('git', ['push', '--quiet', '--tags', origin, 'HEAD:refs/heads/main'], { cwd: ROOT });
  const author = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@example.com'];
  const { stdout: tree } = await run('git', ['mktree'], { cwd: go });
  const { stdout: first } = await run('git', [...author, 'commit-tree', '-m', 'docs: a first commit', tree.trim()], { cwd: go });
  await run('git', ['update-ref', 'refs/heads/main', first.trim()], { cwd: go });
  return origin;
}

async function expressions(directory: string, languages: string[]): Promise<Record<string, string>> {
  const key = languages.includes('java') ? await signingKey(join(directory, 'gnupg'), PASSPHRASE) : '';
  const secrets = {
    MAVEN_GPG_PRIVATE_KEY: key,
    MAVEN_GPG_PRIVATE_KEY_PASSPHRASE: PASSPHRASE,
    MAVEN_USERNAME: 'rehearsal',
    MAVEN_PASSWORD: 'rehearsal',
    MAVEN_STAGING_PROFILE_ID: '',
    NUGET_USERNAME: 'rehearsal',
    GO_GITHUB_TOKEN: GO_TOKEN,
  };
  return {
    'github.ref': 'refs/heads/main',
    'inputs.dry_run': 'true',
    ...Object.fromEntries(Object.entries(secrets).map(([name, value]) => [`secrets.${name}`, value])),
  };
}

/** The build has these as well, and `.ci/run` runs them. */
const ELSEWHERE = ['npx projen test', 'npx projen eslint', 'npx projen test:deep', 'npx projen test:languages'];

/** Builds as the workflow does, but for what is elsewhere. */
async function buildRelease(directory: string, site: Site): Promise<Record<string, string>> {
  const job = releaseJobs().release;
  const runner = new Runner(job, directory, site);
  for (const step of job.steps.flatMap(spelledOut).filter(({ run: command = '' }) => !ELSEWHERE.includes(command))) await runner.step(step);
  return runner.outputs;
}

/** `projen release`, task by task. */
function spelledOut(step: Step): Step[] {
  if (step.run !== 'npx projen release') return [step];
  const { release, build } = tasks();
  const steps = release.steps.flatMap(part => part.spawn === 'build' ? build.steps : [part]);
  return steps.map(({ spawn, exec, execArgs = [] }) => ({ env: release.env, run: spawn ? `npx projen ${spawn}` : exec ?? execArgs.join(' ') }));
}
