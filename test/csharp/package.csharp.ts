import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Declaration, declarationsIn, examplesIn, mistakesIn } from './source';

const NAMESPACE = 'CdkSesSmtp.CredentialRotation';
const { peerDependencies } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { peerDependencies: Record<string, string> };

let project: string;
let sources: Map<string, string>;
let declarations: Declaration[];

beforeAll(() => {
  const folder = inject('csharpProject');
  project = readFileSync(join(folder, `${NAMESPACE}.csproj`), 'utf8');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.startsWith('CdkSesSmtp') && file.endsWith('.cs'));
  sources = new Map(files.map(file => [basename(file, '.cs'), readFileSync(join(folder, file), 'utf8')]));
  declarations = [...sources.values()].flatMap(declarationsIn);
});

/** `^2.110.0` as NuGet writes it. */
function asRange(caret: string): string {
  const [, version, major] = /^\^((\d+)\.\d+\.\d+)$/.exec(caret)!;
  return `[${version},${Number(major) + 1}.0.0)`;
}

describe('the package', () => {
  it('has the id that people install, licence, tags and repository', () => {
    expect(project).toContain(`<PackageId>${NAMESPACE}</PackageId>`);
    expect(project).toContain('<PackageLicenseExpression>Apache-2.0</PackageLicenseExpression>');
    expect(project).toMatch(/<PackageTags>aws-cdk;.*smtp<\/PackageTags>/);
    expect(project).toContain('<RepositoryUrl>https://github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation.git</RepositoryUrl>');
  });

  it.each([['Amazon.CDK.Lib', 'aws-cdk-lib'], ['Constructs', 'constructs']])('asks for the versions of %s that the package on npm asks for', (id, name) => {
    expect(project).toContain(`<PackageReference Include="${id}" Version="${asRange(peerDependencies[name])}" />`);
  });

  it('has every public type in its namespace', () => {
    expect(sources.has('SesSmtpCredentialRotation')).toBe(true);
    const elsewhere = [...sources].filter(([, source]) => !source.includes(`\nnamespace ${NAMESPACE}\n`)).map(([name]) => name);
    expect(elsewhere).toEqual(['Anchor']);
  });

  it('has no type that is named like a part of its namespace, which would hide the type', () => {
    expect([...sources.keys()].filter(name => NAMESPACE.split('.').includes(name))).toEqual([]);
  });
});

describe('the public API in C#', () => {
  it('has a summary for every type and member', () => {
    expect(declarations.length).toBeGreaterThan(150);
    expect(declarations.filter(({ hasSummary }) => !hasSummary).map(({ signature }) => signature)).toEqual([]);
  });

  it('has a type for everything: nothing is an object', () => {
    expect(declarations.filter(({ signature }) => /\bobject\b/.test(signature)).map(({ signature }) => signature)).toEqual([]);
  });
});

describe('the examples of the README', () => {
  it('are in C#, and compile as far as that can be seen', () => {
    const examples = examplesIn(sources.get('NamespaceDoc')!);
    expect(examples.filter(example => example.includes('new SesSmtpCredentialRotationProps {')).length).toBeGreaterThan(5);
    expect(examples.filter(example => /\bnew SesSmtpCredentialRotation\(stack, '/.test(example))).toEqual([]);
    expect(examples.flatMap(mistakesIn)).toEqual([]);
  });
});

describe('what these tests look for', () => {
  const generated = `
    /// <summary>A credential.</summary>
    [JsiiClass(nativeType: typeof(Credential))]
    public class Credential : DeputyBase
        /// <remarks>
        /// Without a summary.
        /// </remarks>
        [JsiiOptional]
        [JsiiProperty(name: "value", typeJson: "{\\"primitive\\":\\"any\\"}", isOptional: true)]
        public object? Value
  `;

  it('is found: a member without a summary, and one that is an object', () => {
    expect(declarationsIn(generated)).toEqual([
      { signature: 'public class Credential : DeputyBase', hasSummary: true },
      { signature: 'public object? Value', hasSummary: false },
    ]);
  });

  it('is found: a loop and an undefined value', () => {
    const readme = '    /// <code><![CDATA[\n    /// for (var team in teams)\n    /// Use("mail", undefined);\n    /// ]]></code>';
    expect(examplesIn(readme).flatMap(mistakesIn)).toEqual(['for (var', 'undefined']);
  });
});
