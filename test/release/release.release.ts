import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { goOf } from './machine';
import { NPM_NAME, PYPI_NAME } from './registries';
import { stranger } from './stranger';
import { Example, withoutMetadata } from '../languages/example';
import { LANGUAGES } from '../languages/languages';

const { commit, version, tag, changelog, outputs, afterDryRun, afterRelease } = inject('rehearsal');
const { npm, pypi, maven, nuget } = inject('registries');
const isTestable = (language: string) => inject('languages').includes(language);

describe('the build', () => {
  it('chooses a version above that of the files, and names the tag after it', () => {
    expect(version).toMatch(/^0\.\d+\.\d+$/);
    expect(version).not.toBe('0.0.0');
    expect(tag).toBe(`v${version}`);
  });

  it('writes the changes from the commits', () => {
    expect(changelog).toContain(version);
    expect(changelog).toMatch(/### (Features|Bug Fixes)\n\n\* /);
  });

  it('tells the jobs that publish that the version is new, and main where it was', () => {
    expect(outputs).toEqual({ exists: 'false', latest_commit: commit });
  });
});

describe('a dry run', () => {
  it('publishes nothing', () => {
    expect(afterDryRun).toEqual({ npm: [], pypi: [], maven: [], nuget: [], go: [] });
  });
});

describe('a release', () => {
  it('publishes that version to each registry', () => {
    const of = (language: string, name = version) => isTestable(language) ? [name] : [];
    expect(afterRelease).toEqual({
      npm: [version], pypi: of('python'), maven: of('java'), nuget: of('csharp'), go: of('go', `smtprotation/v${version}`),
    });
  });

  it('makes it the one that npm installs by default', async () => {
    const answer = await fetch(new URL(NPM_NAME, npm));
    expect(await answer.json()).toMatchObject({ 'dist-tags': { latest: version } });
  });

  /** https://central.sonatype.org/publish/requirements/ */
  it.runIf(isTestable('java'))('has what Maven Central asks for, except the signatures', () => {
    const folder = join(maven, 'io/github/cdk-ses-smtp/cdk-ses-smtp-credential-rotation', version);
    const files = readdirSync(folder);
    for (const ending of ['.jar', '-sources.jar', '-javadoc.jar', '.pom']) expect(files).toContain(`cdk-ses-smtp-credential-rotation-${version}${ending}`);
    const pom = readFileSync(join(folder, `cdk-ses-smtp-credential-rotation-${version}.pom`), 'utf8');
    for (const element of ['name', 'description', 'url', 'licenses', 'developers', 'scm']) expect(pom).toContain(`<${element}>`);
    expect(pom).not.toContain('SNAPSHOT');
  });
});

describe.each(LANGUAGES.filter(({ name }) => isTestable(name)))('a stranger who writes $name', language => {
  let example: Example;

  beforeAll(async () => {
    vi.stubEnv('npm_config_registry', npm);
    const environment = language.name === 'go' ? goOf(join(inject('workshop'), 'home')) : {};
    example = await Example.install(stranger(language, version, environment), join(inject('workshop'), `stranger-${language.name}`), {
      npm: `${NPM_NAME}@${version}`, python: new URL(`simple/${PYPI_NAME}/`, pypi).href, java: maven, dotnet: nuget, go: '',
    });
  });

  it('installs the version that is published, and synthesizes an app with it', async () => {
    const { stdout, stderr } = await example.synth();
    expect(stdout + stderr).not.toMatch(/warn/i);
    const { Resources: resources } = withoutMetadata(example.template);
    expect(Object.values(resources).filter(({ Type }) => Type === 'AWS::SecretsManager::RotationSchedule')).toHaveLength(2);
  });

  it('has the app pass its own tests', async () => {
    await expect(example.test()).resolves.toBeDefined();
  });
});
