import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { preProcessFile, resolveModuleName, sys } from 'typescript';

/** For each file, the files that it imports. Type imports count. */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>;

/** The imports between the TypeScript files of these folders. Paths are relative to the root. */
export function moduleGraph(root: string, folders: readonly string[]): ModuleGraph {
  const files = folders.flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.m?ts$/.test(name) && !name.includes('node_modules'))
    .map(name => join(folder, name)));
  return new Map(files.map(file => [file, importsOf(root, file).filter(imported => files.includes(imported))]));
}

/** Circles of imports, each as a path that starts and ends at the same file. Empty only if the graph has none. */
export function circles(graph: ModuleGraph): string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file]);
    if (finished.has(file) || path.includes(file)) return;
    for (const imported of graph.get(file) ?? []) visit(imported, [...path, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** Imports that don't lead from a row of rooms to an earlier one, or stay in their room. A room is a folder, or a file on its own. */
export function wrongWay(graph: ModuleGraph, rows: readonly (readonly string[])[]): string[] {
  const rooms = rows.flat();
  const roomOf = (file: string) => rooms.find(room => file === room || file.startsWith(`${room}/`));
  const rowOf = (file: string) => rows.findIndex(row => row.some(room => room === roomOf(file)));
  const isWrong = (from: string, to: string) => roomOf(from) !== roomOf(to) && rowOf(to) >= rowOf(from);
  return [...graph].flatMap(([from, imported]) => imported
    .filter(to => rowOf(from) >= 0 && rowOf(to) >= 0 && isWrong(from, to))
    .map(to => `${from} -> ${to}`));
}

function importsOf(root: string, file: string): string[] {
  const path = join(root, file);
  const options = { paths: { 'cdk-ses-smtp-credential-rotation': [join(root, 'src/index.ts')] } };
  return preProcessFile(readFileSync(path, 'utf8'), true, true).importedFiles
    .map(({ fileName }) => resolveModuleName(fileName, path, options, sys).resolvedModule?.resolvedFileName)
    .filter(resolved => resolved !== undefined)
    .map(resolved => relative(root, resolved));
}
