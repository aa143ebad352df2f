import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it, vi } from 'vitest';

// The types of aws-cdk-lib have to be read.
vi.setConfig({ testTimeout: 120_000 });

const ROOT = join(__dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'docs', 'migrating.md'), 'utf8');
const [IMPORTS, END] = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').split('/// here');

function examples(): string[] {
  return [...PAGE.matchAll(/^ *```ts\n([^]*?)^ *```$/gm)].map(([, code]) => code);
}

/** What the compiler says against each of the examples, in the surroundings of the README's. */
function problemsIn(codes: string[]): string[][] {
  const folder = join(ROOT, 'test-results', 'migrating');
  const files = codes.map((_code, index) => join(folder, `example${index}.ts`));
  mkdirSync(folder, { recursive: true });
  try {
    codes.forEach((code, index) => writeFileSync(files[index], `${IMPORTS}${code}${END}`));
    const program = ts.createProgram(files, {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      esModuleInterop: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      types: ['node'],
      paths: { 'cdk-ses-smtp-credential-rotation': [join(ROOT, 'src', 'index.ts')] },
    });
    const problems = ts.getPreEmitDiagnostics(program);
    return files.map(file => problems.filter(problem => problem.file?.fileName === file)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}

it('links to headings that there are', () => {
  const links = [...PAGE.matchAll(/\]\(([\w./]*)#([^)]+)\)/g)];
  expect(links.length).toBeGreaterThan(5);
  const dead = links.filter(([, path, anchor]) => !anchorsOf(path ? readFileSync(join(ROOT, 'docs', path), 'utf8') : PAGE).includes(anchor));
  expect(dead.map(([link]) => link)).toEqual([]);
});

it('has examples that compile, as one with an unknown prop would not', () => {
  const wrong = 'new SesSmtpCredentialRotation(this, \'Newsletter\', { identities: [identity], keepSecret: true });\n';
  const problems = problemsIn([...examples(), wrong]);
  expect(problems.length).toBeGreaterThan(4);
  expect(problems.pop()).toEqual([expect.stringContaining('keepSecret')]);
  expect(problems.flat()).toEqual([]);
});
