import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it, vi } from 'vitest';

// The types of aws-cdk-lib have to be read.
vi.setConfig({ testTimeout: 120_000 });

const ROOT = join(__dirname, '..', '..');
const PAGES = ['migrating.md', 'windows.md'].map(name => readFileSync(join(ROOT, 'docs', name), 'utf8'));
const [IMPORTS, END] = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').split('/// here');

function examples(): string[] {
  return PAGES.flatMap(page => [...page.matchAll(/^ *```ts\n([^]*?)^ *```$/gm)].map(([, code]) => code));
}

/** What the compiler has to say against each example, in the surroundings of the README's. */
function problemsIn(codes: string[]): string[] {
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
    return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}

it('links to headings that there are', () => {
  const links = PAGES.flatMap(page => [...page.matchAll(/\]\(([\w./]*)#([^)]+)\)/g)].map(([link, path, anchor]) => ({ page, link, path, anchor })));
  expect(links.length).toBeGreaterThan(5);
  const dead = links.filter(({ page, path, anchor }) => !anchorsOf(path ? readFileSync(join(ROOT, 'docs', path), 'utf8') : page).includes(anchor));
  expect(dead.map(({ link }) => link)).toEqual([]);
});

it('has examples that compile', () => {
  expect(examples().length).toBeGreaterThan(3);
  expect(problemsIn(examples())).toEqual([]);
});

it('would not have one with a prop that there is not', () => {
  expect(problemsIn(['new SesSmtpCredentialRotation(this, \'Newsletter\', { identities: [identity], keepSecret: true });\n']))
    .toEqual([expect.stringContaining('keepSecret')]);
});
