import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { compileFunction } from 'node:vm';
import type { Stack } from 'aws-cdk-lib';
import ts from 'typescript';
import { Example, Page, ROOT } from './page';
import * as library from '../../src';

const PACKAGE = 'cdk-ses-smtp-credential-rotation';
/** Where the programs would be: the compiler looks for node_modules from there. */
const FOLDER = join(ROOT, 'test-results', 'examples');
const OPTIONS: ts.CompilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  esModuleInterop: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  types: ['node'],
  paths: { [PACKAGE]: [join(ROOT, 'src', 'index.ts')] },
};

/** A whole program, and where its reader finds it. */
export interface Program {
  readonly name: string;
  readonly code: string;
}

/** The examples in TypeScript, each in the surroundings that its page promises. */
export function programsOf(page: Page): Program[] {
  return page.examples.filter(({ language }) => language === 'ts').map(example =>
    ({ name: `${page.path}:${example.line}`, code: inSurroundings(example) }));
}

function inSurroundings({ page, directive, code }: Example): string {
  if (directive === 'nofixture') return code;
  return fixture(fixtureOf(page)).replace('/// here', () => code);
}

/** jsii-rosetta compiles the README's examples with the default one. */
function fixtureOf(page: string): string {
  return page === 'README.md' ? 'default' : 'pages';
}

export function fixture(name: string): string {
  return readFileSync(join(ROOT, 'rosetta', `${name}.ts-fixture`), 'utf8');
}

/** What the compiler objects to, with the program's name. All programs are compiled at once, because the types of the CDK take seconds to read. */
export function problemsIn(programs: Program[]): string[] {
  const sources = new Map(programs.map(({ code }, index) => [join(FOLDER, `program${index}.ts`), code]));
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile } = host;
  host.fileExists = path => sources.has(path) || fileExists(path);
  host.readFile = path => sources.get(path) ?? readFile(path);
  host.getSourceFile = (path, languageVersion) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, languageVersion);
  };
  const names = new Map([...sources.keys()].map((path, index) => [basename(path), programs[index].name]));
  return ts.getPreEmitDiagnostics(ts.createProgram([...sources.keys()], OPTIONS, host)).map(({ file, messageText }) =>
    `${names.get(basename(file?.fileName ?? '')) ?? file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

/** Runs a program that defines a stack, and returns that. */
export function stackOf(code: string): Stack {
  const { outputText } = ts.transpileModule(`${code}\nexport { stack };`, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
  const requireModule = createRequire(__filename);
  const exported: { stack?: Stack } = {};
  compileFunction(outputText, ['exports', 'require'])(exported, (name: string) => name === PACKAGE ? library : requireModule(name));
  return exported.stack!;
}
