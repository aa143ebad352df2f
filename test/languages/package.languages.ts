import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Assembly, members, readAssembly } from './assembly';
import { ROOT } from './clean-tree';
import { onlyFile, PACKAGE_TASKS } from './packages';
import { run } from './program';
import { RESERVED_WORDS } from './reserved-words';

/** 300 kB: an app downloads it once for each language that it is in. */
const LARGEST = 300_000;
const ASSET = ['assets/lambda-src/index/THIRD-PARTY-LICENSES', 'assets/lambda-src/index/index.mjs', 'assets/lambda-src/index/sbom.cdx.json'];

let directory: string;
let assembly: Assembly;

beforeAll(async () => {
  const { npm } = inject('packages');
  mkdirSync(join(inject('workshop'), 'unpacked'));
  await run('tar', ['-xzf', npm, '-C', join(inject('workshop'), 'unpacked')]);
  directory = join(inject('workshop'), 'unpacked', 'package');
  assembly = readAssembly(join(directory, '.jsii'));
});

it('is packaged for every language that a release packages for', () => {
  const { tasks } = JSON.parse(readFileSync(join(ROOT, '.projen', 'tasks.json'), 'utf8')) as { tasks: { 'package-all': { steps: { spawn: string }[] } } };
  expect(Object.values(PACKAGE_TASKS).sort()).toEqual(tasks['package-all'].steps.map(({ spawn }) => spawn).sort());
});

describe('the npm package', () => {
  it('has at most 300 kB', () => {
    expect(statSync(inject('packages').npm).size).toBeLessThanOrEqual(LARGEST);
  });

  it('has every declaration that another one refers to', () => {
    const lib = join(directory, 'lib');
    const declarations = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.d.ts'));
    const wanted = declarations.flatMap(file => [...readFileSync(join(lib, file), 'utf8').matchAll(/from '(\.[^']+)'/g)]
      .map(([, path]) => `${join(dirname(file), path)}.d.ts`));
    expect(wanted.length).toBeGreaterThan(5);
    expect(wanted.filter(file => !declarations.includes(file))).toEqual([]);
  });

  it('has what apps need, and no sources', () => {
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(file => statSync(join(directory, file)).isFile());
    expect([...new Set(files.map(file => file.split('/')[0]))].sort()).toEqual(
      ['.jsii', '.jsii.tabl.json', 'LICENSE', 'README.md', 'assets', 'lib', 'package.json']);
    expect(files.filter(file => file.startsWith('assets/lambda-src/')).sort()).toEqual(ASSET);
    expect(files.filter(file => /node_modules|(?<!\.d)\.ts$|\.map$/.test(file))).toEqual([]);
  });

  it('brings no dependency, and asks for CDK only', () => {
    const { dependencies, bundledDependencies, peerDependencies } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    expect([dependencies, bundledDependencies]).toEqual([undefined, undefined]);
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  });
});

/** https://constructs.dev/contribute */
describe('Construct Hub', () => {
  it('finds a CDK keyword, a licence that it takes, and an assembly', () => {
    const { keywords, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    expect(keywords).toEqual(expect.arrayContaining(['cdk', 'aws-cdk']));
    expect(license).toBe('Apache-2.0');
    expect(assembly).toMatchObject({ schema: 'jsii/0.10.0', license: 'Apache-2.0' });
  });

  it('finds the names of the packages in other languages', () => {
    expect(assembly.targets).toMatchObject({
      python: { distName: 'cdk-ses-smtp-credential-rotation', module: 'cdk_ses_smtp_credential_rotation' },
      java: {
        package: 'io.github.cdkses.smtprotation',
        maven: { groupId: 'io.github.cdk-ses-smtp', artifactId: 'cdk-ses-smtp-credential-rotation' },
      },
      go: { moduleName: 'github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation-go' },
      dotnet: { namespace: 'CdkSesSmtp.CredentialRotation', packageId: 'CdkSesSmtp.CredentialRotation' },
    });
  });
});

describe('the examples of the README', () => {
  it.runIf(inject('languages').includes('python'))('are in Python in the wheel', async () => {
    const unpacked = join(inject('workshop'), 'wheel');
    await run('python3', ['-m', 'zipfile', '--extract', onlyFile(inject('packages').python, '.whl'), unpacked]);
    const [information] = readdirSync(unpacked).filter(name => name.endsWith('.dist-info'));
    expectTranslated(readFileSync(join(unpacked, information, 'METADATA'), 'utf8'), 'SesSmtpCredentialRotation(stack, "Billing",');
  });

  it.runIf(inject('languages').includes('go'))('are in Go in the module', () => {
    expectTranslated(readFileSync(join(inject('packages').go, 'README.md'), 'utf8'), 'NewSesSmtpCredentialRotation(stack, jsii.String("Billing"),');
  });
});

function expectTranslated(readme: string, translation: string): void {
  expect(readme).toContain(translation);
  // The program in C#, with its double quotes, is no example.
  expect(readme).not.toMatch(/\bnew SesSmtpCredentialRotation\(\w+, '/);
}

describe('the API', () => {
  it.each(Object.entries(RESERVED_WORDS))('has no name that is a reserved word in %s', (_language, words) => {
    const names = members(assembly).map(({ name }) => name);
    expect(names).toContain('identities');
    expect(names.filter(name => words.includes(name))).toEqual([]);
  });
});
