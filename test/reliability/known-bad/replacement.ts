import ts from 'typescript';

/** One mistake: what a function of the rotation function does instead. */
export interface Replacement {
  /** A file in `lambda-src/`, without its ending. */
  readonly module: string;
  /** The function's name, or `Class.method`. */
  readonly function: string;
  /** An expression in its place. It sees what its module imports and declares. */
  readonly as: string;
}

type FunctionNode = ts.FunctionDeclaration | ts.MethodDeclaration;

/** A mistake in a function that is no longer there must be written anew, not be left out in silence. */
export function replaceFunction(source: string, { module, function: name, as }: Replacement): string {
  const found = functionsNamed(name, ts.createSourceFile(`${module}.ts`, source, ts.ScriptTarget.Latest, true));
  if (found.length !== 1) throw new Error(`${module} has ${found.length} functions of the name ${name}`);
  const [node] = found;
  const call = `(...all) { return (${as}).apply(this, all); }`;
  return source.slice(0, node.getStart()) + headOf(node) + call + source.slice(node.end);
}

function functionsNamed(name: string, { statements }: ts.SourceFile): FunctionNode[] {
  const [className, method] = name.split('.');
  if (method === undefined) return statements.filter(ts.isFunctionDeclaration).filter(node => node.name?.text === name);
  const classes = statements.filter(ts.isClassDeclaration).filter(node => node.name?.text === className);
  return classes.flatMap(node => [...node.members]).filter(ts.isMethodDeclaration).filter(node => node.name.getText() === method);
}

/** As the function is declared, but for what the expression decides itself: whether it is asynchronous, or a generator. */
function headOf(node: FunctionNode): string {
  if (ts.isMethodDeclaration(node)) return node.name.getText();
  const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  return `${isExported ? 'export ' : ''}function ${node.name!.text}`;
}
