import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { Page, ROOT } from './page';
import { figuresOf, sentencesOf } from './readability';

const SOURCES = join(ROOT, 'src');
const LONGEST_SUMMARY = 25;
const LONGEST_SENTENCE = 30;

/** What API.md, Javadoc and Python's help say about a public type or member. */
interface Docstring {
  readonly name: string;
  readonly summary: Page;
  readonly text: Page;
  /** As it is written. */
  readonly source: string;
  readonly isOptional: boolean;
  readonly defaultValue?: string;
}

let docstrings: Docstring[];

beforeAll(async () => {
  const files = readdirSync(SOURCES).filter(file => file.endsWith('.ts'));
  docstrings = (await Promise.all(files.flatMap(file => docstringsIn(readFileSync(join(SOURCES, file), 'utf8'))))).flat();
});

function docstringsIn(source: string): Promise<Docstring>[] {
  const { statements } = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  return statements.filter(isExportedType).flatMap(type => [type, ...membersOf(type)].map(async node => docstringOf(node)));
}

type PublicType = ts.ClassDeclaration | ts.InterfaceDeclaration | ts.EnumDeclaration;

function isExportedType(node: ts.Statement): node is PublicType {
  const isType = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isEnumDeclaration(node);
  return isType && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}

function membersOf(type: PublicType): ts.Node[] {
  return [...type.members].filter(member => !ts.isConstructorDeclaration(member) && !isHidden(member));
}

function isHidden(member: ts.Declaration): boolean {
  const modifiers = ts.canHaveModifiers(member) ? ts.getModifiers(member) ?? [] : [];
  const isPrivate = modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  return isPrivate || ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
}

async function docstringOf(node: ts.Node): Promise<Docstring> {
  const name = (node as ts.Node & { name: ts.Node }).name.getText();
  const text = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join('\n\n');
  const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === 'default');
  return {
    name,
    summary: await Page.parse(name, text.split('\n\n')[0]),
    text: await Page.parse(name, text),
    source: text,
    isOptional: 'questionToken' in node && node.questionToken !== undefined,
    defaultValue: tag && ts.getTextOfJSDocComment(tag.comment),
  };
}

/** A default is read in every language: a value that looks the same in all of them, or a sentence. */
function isDefault(text: string): boolean {
  return text.startsWith('- ') || /^(true|false|\d+|'[^']*'|[\w.]+)$/.test(text);
}

/** What is marked as code. */
function spansOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span);
}

/** Systems Manager's `{{ name }}` is none. */
function isTypeScript(span: string): boolean {
  return /(?<!\{)\{ ?\w+[ :,]|^\w+: ?['"[\d{]|\w\(\)$|^new /.test(span);
}

describe('the docstrings', () => {
  it('are read', () => {
    expect(docstrings.length).toBeGreaterThan(100);
  });

  it('begin with one sentence that says what it is, in a paragraph of its own', () => {
    const wrong = docstrings.filter(({ summary }) => {
      const sentences = sentencesOf(summary);
      return sentences.length !== 1 || sentences[0].words > LONGEST_SUMMARY;
    });
    expect(wrong.map(({ name, summary }) => `${name}: ${summary.text}`)).toEqual([]);
  });

  it('have no long sentence', () => {
    const long = docstrings.flatMap(({ name, text }) => sentencesOf(text).filter(({ words }) => words > LONGEST_SENTENCE).map(sentence => `${name}: ${sentence.text}`));
    expect(long).toEqual([]);
  });

  it('have a default for every optional prop, and for no other', () => {
    expect(docstrings.filter(({ defaultValue, isOptional }) => isOptional !== (defaultValue !== undefined)).map(({ name }) => name)).toEqual([]);
    expect(docstrings.filter(({ defaultValue = '- none' }) => !isDefault(defaultValue)).map(({ defaultValue, name }) => `${name}: ${defaultValue}`)).toEqual([]);
  });

  it('have no hint for one language only', () => {
    expect(docstrings.filter(({ text }) => /\b(TypeScript|JavaScript|Python|Java|Go|C#)(?=\W|$)/.test(text.text)).map(({ name }) => name)).toEqual([]);
  });

  it('have no syntax of TypeScript: props in braces, values after colons, calls, `new`', () => {
    expect(docstrings.filter(({ source }) => spansOf(source).some(isTypeScript)).map(({ name, source }) => `${name}: ${spansOf(source).filter(isTypeScript)}`)).toEqual([]);
  });

  it('are measured', async () => {
    const figures = await figuresOf(await Page.parse('docstrings', docstrings.map(({ text }) => text.text).join('\n\n')));
    console.table(figures);
    expect(figures.longest).toBeLessThanOrEqual(LONGEST_SENTENCE);
  });
});

describe('a docstring', () => {
  const example = async (comment: string) => (await Promise.all(docstringsIn(`${comment}\nexport interface Props {\n  /** One. */ readonly one?: string;\n}`)))[0];

  it('has a summary that ends with the first paragraph', async () => {
    const { summary, text } = await example('/**\n * The first. Not the second.\n *\n * The third.\n */');
    expect(sentencesOf(summary)).toHaveLength(2);
    expect(sentencesOf(text)).toHaveLength(3);
  });

  it.each(['{ region }', "{ region: 'eu-west-1' }", "minute: '0'", 'CredentialFormat.json()', 'new Role(this)'])('has TypeScript in it: %s', span => {
    expect(isTypeScript(span)).toBe(true);
  });

  it.each(['{{ name }}', 'smtp_sasl_password_maps', 'user|host:password', 'hash:/etc/postfix/sasl_passwd', 'host smtp user=… pass=…'])('has none in it: %s', span => {
    expect(isTypeScript(span)).toBe(false);
  });

  it.each(['Duration.minutes(5)', 'CredentialFormat.json()', 'new Role()'])('must not have the default %s', value => {
    expect(isDefault(value)).toBe(false);
  });
});
