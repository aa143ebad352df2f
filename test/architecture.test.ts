import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { circles, moduleGraph, wrongWay } from './module-graph';

/** The rooms of the function. Each imports only rooms of earlier rows: not those beside it, nor those after it. */
const FUNCTION_ROOMS = [
  ['basics'],
  ['secret'],
  ['aws', 'smtp'],
  ['context.ts'],
  ['proof', 'keys'],
  ['fleet'],
  ['rotation'],
  ['watchdog', 'lifecycle'],
  ['invocation.ts'],
  ['index.ts'],
].map(row => row.map(room => `lambda-src/${room}`));

/** The only file of the construct that the function imports. */
const CONTRACT = 'src/private/rotation-contract.ts';

const ROOT = join(__dirname, '..');
const graph = moduleGraph(ROOT, ['src', 'lambda-src', 'test']);
const imports = [...graph].flatMap(([from, imported]) => imported.map(to => ({ from, to })));
const crossings = (from: string, to: string) => imports.filter(entry => entry.from.startsWith(from) && entry.to.startsWith(to));

describe('the modules', () => {
  it.each(['src', 'lambda-src', 'test'])('have no circle of imports in %s', folder => {
    const own = circles(graph).filter(([file]) => file.startsWith(`${folder}/`));
    expect(own.map(circle => circle.join(' -> '))).toEqual([]);
  });

  it('of the function are in rooms that this test knows', () => {
    const isKnown = (file: string) => FUNCTION_ROOMS.flat().some(room => file === room || file.startsWith(`${room}/`));
    expect([...graph.keys()].filter(file => file.startsWith('lambda-src/') && !isKnown(file))).toEqual([]);
  });

  it('of the function import earlier rooms only', () => {
    expect(wrongWay(graph, FUNCTION_ROOMS)).toEqual([]);
  });

  it('of the function share one file with the construct', () => {
    expect([...new Set(crossings('lambda-src/', 'src/').map(({ to }) => to))]).toEqual([CONTRACT]);
  });

  it('of the construct import nothing of the function or the tests', () => {
    expect([...crossings('src/', 'lambda-src/'), ...crossings('src/', 'test/'), ...crossings('lambda-src/', 'test/')]).toEqual([]);
  });
});

describe('the map in CONTRIBUTING.md', () => {
  it('has a line for each folder', () => {
    const map = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').split('\n')
      .filter(line => line.startsWith('| `'))
      .flatMap(line => line.split('|')[1].match(/[\w/-]+(?=\/`)/g) ?? []);
    const parents = ['src', 'src/private', 'lambda-src', 'test', 'test/world'];
    const folders = parents.flatMap(parent => readdirSync(join(ROOT, parent), { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(({ name }) => `${parent}/${name}`));
    expect(map.filter(folder => parents.includes(dirname(folder))).sort()).toEqual(folders.sort());
  });
});

describe('circles', () => {
  it('finds the way back to a file', () => {
    const made = new Map([['a', ['b', 'd']], ['b', ['c']], ['c', ['d', 'b']], ['d', []]]);
    expect(circles(made)).toEqual([['b', 'c', 'b']]);
  });

  it('finds a file that imports itself', () => {
    expect(circles(new Map([['a', ['a']]]))).toEqual([['a', 'a']]);
  });

  it('finds none where two ways lead to the same file', () => {
    expect(circles(new Map([['a', ['b', 'c']], ['b', ['d']], ['c', ['d']], ['d', []]]))).toEqual([]);
  });
});

describe('wrongWay', () => {
  const rows = [['low'], ['left', 'right'], ['top.ts']];

  it('lets files import their own room and earlier ones', () => {
    expect(wrongWay(new Map([['top.ts', ['left/a.ts', 'low/a.ts']], ['left/a.ts', ['left/b.ts', 'low/a.ts']]]), rows)).toEqual([]);
  });

  it.each([['low/a.ts', 'left/a.ts'], ['left/a.ts', 'right/a.ts'], ['right/a.ts', 'top.ts']])('finds %s importing %s', (from, to) => {
    expect(wrongWay(new Map([[from, [to]]]), rows)).toEqual([`${from} -> ${to}`]);
  });
});

describe('moduleGraph', () => {
  it('reads every kind of import, and no comment or text', () => {
    const root = project({
      'src/all.ts': `
        import { a } from './a';
        import type { B } from './b';
        export * from './c';
        export type C = import('./d').D;
        // import './unused';
        const text = "import './unused'";
        void import('./folder');
      `,
      'src/folder/index.ts': "import { A } from 'cdk-ses-smtp-credential-rotation';",
      ...Object.fromEntries(['a', 'b', 'c', 'd', 'unused', 'index'].map(name => [`src/${name}.ts`, ''])),
    });
    const made = moduleGraph(root, ['src']);
    expect([...made.get('src/all.ts')!].sort()).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts', 'src/d.ts', 'src/folder/index.ts']);
    expect(made.get('src/folder/index.ts')).toEqual(['src/index.ts']);
  });
});

function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'modules-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}
