import { readFileSync } from 'node:fs';

/** The parts of a jsii assembly (`.jsii`) that tests look at. */
export interface Assembly {
  readonly schema: string;
  readonly license: string;
  readonly targets: Record<string, unknown>;
  readonly types: Record<string, AssemblyType>;
}

export interface AssemblyType extends Member {
  readonly initializer?: Callable;
  readonly properties?: Member[];
  readonly methods?: (Member & Callable)[];
}

export interface Member {
  readonly name: string;
  readonly docs?: { readonly summary?: string };
}

interface Callable {
  readonly parameters?: Member[];
}

export function readAssembly(file: string): Assembly {
  return JSON.parse(readFileSync(file, 'utf8')) as Assembly;
}

/** All that users call by a name: classes, properties, methods and their parameters. */
export function members({ types }: Assembly): Member[] {
  return Object.values(types).flatMap(type => [
    type,
    ...type.properties ?? [],
    ...type.methods ?? [],
    ...[type.initializer ?? {}, ...type.methods ?? []].flatMap(({ parameters = [] }) => parameters),
  ]);
}
