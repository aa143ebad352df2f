import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Code, Definition, Nodes, Root } from 'mdast';

export const ROOT = join(__dirname, '..', '..');

/** A piece of text that is read in one go: a paragraph, an item of a list, or a cell of a table. */
export interface Passage {
  readonly kind: 'paragraph' | 'cell';
  readonly text: string;
  /** Lines of the source. */
  readonly lines: number;
  readonly firstLine: number;
}

export interface Example {
  readonly page: string;
  readonly language: string;
  /** What follows the language: a directive for jsii-rosetta. */
  readonly directive: string;
  readonly code: string;
  readonly line: number;
}

/** What stands for a span of code: one word, however long the code is. */
const CODE_WORD = 'Code';

/** A page in Markdown, as GitHub reads it. */
export class Page {
  /** Reads a page of the repository. */
  public static async read(path: string): Promise<Page> {
    return Page.parse(path, readFileSync(join(ROOT, path), 'utf8'));
  }

  public static async parse(path: string, text: string): Promise<Page> {
    const { fromMarkdown } = await import('mdast-util-from-markdown');
    const { gfmTableFromMarkdown } = await import('mdast-util-gfm-table');
    const { gfmTable } = await import('micromark-extension-gfm-table');
    const { default: GitHubSlugger } = await import('github-slugger');
    const root = fromMarkdown(text, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
    const slugger = new GitHubSlugger();
    const anchors = nodesOf(root).filter(({ type }) => type === 'heading').map(heading => slugger.slug(plainText(heading)));
    return new Page(path, text, root, anchors);
  }

  private constructor(
    public readonly path: string,
    public readonly text: string,
    private readonly root: Root,
    /** Those that GitHub makes of the headings. */
    public readonly anchors: string[],
  ) {}

  public get lines(): number {
    return this.text.replace(/\n$/, '').split('\n').length;
  }

  /** Where its links and pictures lead, as they are written. */
  public get links(): string[] {
    return nodesOf(this.root).filter(isLink).map(({ url }) => url);
  }

  public get examples(): Example[] {
    return nodesOf(this.root).filter((node): node is Code => node.type === 'code').map(({ lang, meta, value, position }) =>
      ({ page: this.path, language: lang ?? '', directive: meta ?? '', code: value, line: position!.start.line }));
  }

  public get passages(): Passage[] {
    return nodesOf(this.root).filter(({ type }) => type === 'paragraph' || type === 'tableCell').map(node => ({
      kind: node.type === 'paragraph' ? 'paragraph' : 'cell',
      text: proseOf(node),
      lines: node.position!.end.line - node.position!.start.line + 1,
      firstLine: node.position!.start.line,
    }));
  }

  /** What is read aloud: without code, addresses and markup. */
  public get prose(): string {
    return nodesOf(this.root).filter(({ type }) => ['heading', 'paragraph', 'tableCell'].includes(type)).map(proseOf).join('\n');
  }
}

/** jsii-docgen writes it, with anchors of its own. */
export const GENERATED = 'API.md';

/** All pages that are committed or about to be, but the generated one. */
export function pagePaths(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\n').filter(path => path !== '' && path !== GENERATED && existsSync(join(ROOT, path)));
}

/** The page or file in the repository that a relative link leads to, with its anchor. */
export function resolveLink(from: string, link: string): { readonly path: string; readonly anchor?: string } {
  const [target, anchor] = link.split('#');
  return { path: target === '' ? from : relative(ROOT, join(ROOT, dirname(from), decodeURI(target))), anchor };
}

function isLink(node: Nodes): node is Extract<Nodes, { url: string }> | Definition {
  return 'url' in node;
}

function nodesOf(node: Nodes): Nodes[] {
  return [node, ...'children' in node ? node.children.flatMap(nodesOf) : []];
}

function plainText(node: Nodes): string {
  if ('children' in node) return node.children.map(plainText).join('');
  return 'value' in node ? node.value : '';
}

function proseOf(node: Nodes): string {
  if (node.type === 'inlineCode') return CODE_WORD;
  if (node.type === 'break') return ' ';
  if (node.type === 'html' || node.type === 'image') return '';
  if ('children' in node) return node.children.map(proseOf).join('').replaceAll(/\s+/g, ' ');
  return node.type === 'text' ? node.value : '';
}
