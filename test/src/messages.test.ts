import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(__dirname, '../..');
/** What people who write C#, Java, Python or Go would not write. */
const TYPESCRIPT = [/[{}]/, /\b\w+: ?['"[\d]/, /\w\(\)/, /\bec2\./];
/** Several words that only a person reads. */
const PROSE = /[a-z]+ [a-z]+ [a-z]+/i;
/** What stands for a value that is known only when the message is written. */
const VALUE = '…';

const nodes = nodesIn('src');

function nodesIn(folder: string): ts.Node[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
  return files.flatMap(file => withDescendants(ts.createSourceFile(file, readFileSync(join(ROOT, folder, file), 'utf8'), ts.ScriptTarget.Latest, true)));
}

function withDescendants(node: ts.Node): ts.Node[] {
  const found = [node];
  ts.forEachChild(node, child => void found.push(...withDescendants(child)));
  return found;
}

/** The text that an expression makes, as far as it is in the source. */
function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(VALUE);
  if (ts.isBinaryExpression(node)) return textOf(node.left) + textOf(node.right);
  return VALUE;
}

function proseOf(all: ts.Node[]): string[] {
  return all.map(textOf).filter(text => PROSE.test(text));
}

function messagesOf(isCall: (node: ts.Node) => node is ts.NewExpression | ts.CallExpression, argument: number): string[] {
  return nodes.filter(isCall).map(call => textOf(call.arguments![argument])).filter(message => message !== VALUE);
}

function isNewError(node: ts.Node): node is ts.NewExpression {
  return ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Error';
}

function isWarning(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'addWarningV2';
}

function findTypeScript(text: string): string[] {
  return TYPESCRIPT.flatMap(expression => expression.exec(text)?.[0] ?? []);
}

/** What a value must be, wherever it is said. */
function rulesIn(all: ts.Node[]): string[] {
  const isWhole = (node: ts.Node) => !ts.isSourceFile(node) && !ts.isBinaryExpression(node.parent) && !ts.isTemplateSpan(node.parent);
  return all.filter(isWhole).map(textOf).filter(text => /\bmust\b.*, got /.test(text));
}

const errors = messagesOf(isNewError, 0);
const warnings = messagesOf(isWarning, 1);

describe('the messages at synthesis', () => {
  it('are read', () => {
    expect(errors.length).toBeGreaterThan(35);
    expect(warnings.length).toBeGreaterThanOrEqual(9);
  });

  it('begin in lower case and have no full stop', () => {
    expect([...errors, ...warnings].filter(message => /^[A-Z][a-z]|\.$/.test(message))).toEqual([]);
  });

  it('say what must be, if they are errors', () => {
    expect(errors.filter(message => !/\bmust\b/.test(message) && !message.startsWith(VALUE))).toEqual([]);
  });

  it('say what to do about a value that is not allowed', () => {
    const rules = rulesIn(nodes);
    expect(rules.length).toBeGreaterThan(70);
    expect(rules.filter(rule => !/; \S/.test(rule))).toEqual([]);
  });

  it('have nothing that only TypeScript readers understand', () => {
    const prose = proseOf(nodes);
    expect(prose.length).toBeGreaterThan(errors.length);
    expect(prose.filter(text => findTypeScript(text).length > 0)).toEqual([]);
  });

  it('of the function have nothing of that kind either: operators read them', () => {
    const prose = proseOf(nodesIn('lambda-src'));
    expect(prose.length).toBeGreaterThan(100);
    expect(prose.filter(text => findTypeScript(text).length > 0)).toEqual([]);
  });

  it.each([
    ['a prop with its value', "schedule must have 0 in the minutes; set minute: '0'"],
    ['an object', 'choose another region with SmtpEndpoint.regional({ region })'],
    ['a call', 'use CredentialFormat.json()'],
    ['the name of an import', 'choose ec2.SubnetType.PRIVATE_WITH_EGRESS'],
  ])('reject %s', (_, message) => {
    expect(findTypeScript(message)).not.toEqual([]);
  });
});
