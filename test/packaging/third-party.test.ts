import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { billOfMaterials, licenseFile, Metafile, thirdParties } from '../../packaging/third-party';

const ASSET = join(__dirname, '..', '..', 'assets', 'lambda-src', 'index');
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'third-party-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** A package with a file, which esbuild says is in the bundle with so many bytes. */
function install(name: string, license: string, licenseText?: string): string {
  const folder = join(directory, 'node_modules', name);
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', license }));
  if (licenseText !== undefined) writeFileSync(join(folder, 'LICENSE'), licenseText);
  return join(folder, 'dist', 'index.js');
}

function metafile(inputs: Record<string, number>): Metafile {
  const entries = Object.entries(inputs).map(([file, bytesInOutput]) => [file, { bytesInOutput }]);
  return { outputs: { 'index.mjs': { inputs: Object.fromEntries(entries) } } };
}

describe('the packages of a bundle', () => {
  it('are those with code in it, by name', () => {
    const packages = thirdParties(metafile({
      [install('used', 'MIT', 'MIT text')]: 10, [install('@a/scoped', 'MIT', 'MIT text')]: 10, [install('shaken-off', 'MIT', 'MIT text')]: 0, 'lambda-src/index.ts': 10,
    }));
    expect(packages.map(({ name }) => name)).toEqual(['@a/scoped', 'used']);
  });

  it('share a text, and have that of the same licence if they come without one', () => {
    const packages = thirdParties(metafile({ [install('one', 'MIT', 'MIT text')]: 1, [install('other', 'MIT')]: 1, [install('third', 'ISC', 'ISC text')]: 1 }));
    const text = licenseFile(packages);
    expect(text).toContain('one@1.0.0\nother@1.0.0\n\nMIT text');
    expect(text).toContain('third@1.0.0\n\nISC text');
  });

  it('are refused when nobody has the text of the licence', () => {
    expect(() => thirdParties(metafile({ [install('@a/bare', 'ISC')]: 1 })))
      .toThrow('pkg:npm/%40a/bare@1.0.0 is in the bundle, and the text of its licence (ISC) is nowhere');
  });

  it('are components of a bill of materials that names no time and no directory', () => {
    const packages = thirdParties(metafile({ [install('@a/scoped', 'MIT', 'MIT text')]: 1 }));
    expect(billOfMaterials(packages)).toMatchObject({
      bomFormat: 'CycloneDX',
      components: [{ group: '@a', name: 'scoped', version: '1.0.0', purl: 'pkg:npm/%40a/scoped@1.0.0', licenses: [{ expression: 'MIT' }] }],
      dependencies: [{ ref: 'rotation-function', dependsOn: ['pkg:npm/%40a/scoped@1.0.0'] }],
    });
    expect(JSON.stringify(billOfMaterials(packages))).not.toContain(directory);
  });
});

describe('the function that ships', () => {
  const read = (name: string) => readFileSync(join(ASSET, name), 'utf8');

  it('says whose code it contains', () => {
    const { components } = JSON.parse(read('sbom.cdx.json')) as { components: { group?: string; name: string; version: string }[] };
    const names = components.map(({ group, name }) => [group, name].filter(Boolean).join('/'));
    expect(names).toEqual(expect.arrayContaining(['@aws-sdk/client-iam', '@aws-sdk/client-secrets-manager', '@aws-sdk/client-ssm', 'nodemailer']));
    for (const [index, { version }] of components.entries()) expect(read('THIRD-PARTY-LICENSES')).toContain(`${names[index]}@${version}\n`);
  });
});
