import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of which the bundle has code. */
export interface ThirdParty {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  readonly licenseText: string;
}

/** What esbuild tells about a bundle. */
export interface Metafile {
  readonly outputs: Record<string, { readonly inputs: Record<string, { readonly bytesInOutput: number }> }>;
}

const PACKAGE_DIRECTORY = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** The packages of a bundle by name and version: those whose files are in it, not all that could be. */
export function thirdParties({ outputs }: Metafile): ThirdParty[] {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  const directories = files.map(([file]) => PACKAGE_DIRECTORY.exec(file)?.[0]).filter(directory => directory !== undefined);
  const manifests = [...new Set(directories)].map(readManifest);
  return manifests.map(manifest => withLicenseText(manifest, manifests)).sort((one, other) => compare(purl(one), purl(other)));
}

type Manifest = Omit<ThirdParty, 'licenseText'> & { readonly licenseText?: string };

function readManifest(directory: string): Manifest {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
  const file = readdirSync(directory).find(entry => /^licen[cs]e(\.|$)/i.test(entry));
  return { name, version, license, licenseText: file && readFileSync(join(directory, file), 'utf8').trim() };
}

/** Some packages of the AWS SDK name the licence, and leave its text to their siblings. */
function withLicenseText(manifest: Manifest, all: Manifest[]): ThirdParty {
  const licenseText = manifest.licenseText ?? all.find(({ license, licenseText: text }) => license === manifest.license && text)?.licenseText;
  if (licenseText === undefined) throw new Error(`${purl(manifest)} is in the bundle, and the text of its licence (${manifest.license}) is nowhere`);
  return { ...manifest, licenseText };
}

/** One text for all packages that share it. */
export function licenseFile(packages: ThirdParty[]): string {
  const texts = new Map<string, ThirdParty[]>();
  for (const each of packages) texts.set(each.licenseText, [...texts.get(each.licenseText) ?? [], each]);
  const sections = [...texts].map(([text, owners]) => `${owners.map(({ name, version }) => `${name}@${version}\n`).join('')}\n${text}\n`);
  return ['The rotation function (index.mjs) contains code of the following packages.\n', ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * A bill of materials that says nothing of when and where: the same bundle has the same.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function billOfMaterials(packages: ThirdParty[]): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { 'type': 'application', 'bom-ref': 'rotation-function', 'name': 'rotation-function' } },
    components: packages.map(component),
    dependencies: [{ ref: 'rotation-function', dependsOn: packages.map(purl) }],
  };
}

function component({ name, version, license }: ThirdParty): object {
  const parts = name.split('/');
  return {
    'type': 'library',
    'bom-ref': purl({ name, version }),
    ...parts.length > 1 && { group: parts[0] },
    'name': parts[parts.length - 1],
    version,
    'licenses': [{ expression: license }],
    'purl': purl({ name, version }),
  };
}

function purl({ name, version }: Pick<ThirdParty, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** Not by the machine's language. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
