import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A prop as the sources declare it. */
export interface DeclaredProp {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: string;
}

const SOURCES = join(__dirname, '../../src');

/** The structs of the public API, each with its own props and those that it inherits. */
export function declaredStructs(): Map<string, DeclaredProp[]> {
  const declarations = new Map(readdirSync(SOURCES).filter(file => file.endsWith('.ts')).flatMap(interfacesIn).map(one => [one.name.text, one]));
  return new Map([...declarations].map(([name, declaration]) => [name, propsOf(declaration, declarations)]));
}

/** Without interfaces that have behavior. */
function interfacesIn(file: string): ts.InterfaceDeclaration[] {
  const source = ts.createSourceFile(file, readFileSync(join(SOURCES, file), 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements.filter(ts.isInterfaceDeclaration).filter(({ name }) => !/^I[A-Z]/.test(name.text));
}

function propsOf({ heritageClauses, members }: ts.InterfaceDeclaration, all: ReadonlyMap<string, ts.InterfaceDeclaration>): DeclaredProp[] {
  const inherited = (heritageClauses ?? []).flatMap(({ types }) => types.flatMap(({ expression }) => propsOf(all.get(expression.getText())!, all)));
  const own = members.filter(ts.isPropertySignature).map(({ name, questionToken, type }) => (
    { name: name.getText(), isOptional: questionToken !== undefined, type: type!.getText() }));
  return [...inherited, ...own];
}
