import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { GENERATED, Page, pagePaths, resolveLink, ROOT } from './page';
import { repository } from '../../package.json';

const HOME = repository.url.replace(/\.git$/, '');
const ABSOLUTE = [`${HOME}/blob/main/`, `${HOME.replace('github.com', 'raw.githubusercontent.com')}/main/`];

let pages: Map<string, Page>;

beforeAll(async () => {
  pages = new Map(await Promise.all(pagePaths().map(async (path): Promise<[string, Page]> => [path, await Page.read(path)])));
});

/** A link to the repository's own files, as one that is relative to its root; none if it leads elsewhere. */
function ownLink(from: string, link: string): ReturnType<typeof resolveLink> | undefined {
  const home = ABSOLUTE.find(prefix => link.startsWith(prefix));
  if (home) return resolveLink('README.md', link.slice(home.length));
  return /^[a-z]+:/.test(link) ? undefined : resolveLink(from, link);
}

function isDead({ path, anchor }: ReturnType<typeof resolveLink>): boolean {
  if (!existsSync(join(ROOT, path))) return true;
  return anchor !== undefined && path !== GENERATED && !pages.get(path)?.anchors.includes(anchor);
}

describe('the links of all pages', () => {
  it('lead to files and headings that exist', () => {
    const links = [...pages.values()].flatMap(page =>
      page.links.map(link => ({ shown: `${page.path}: ${link}`, target: ownLink(page.path, link) })));
    expect(links.filter(({ target }) => target?.anchor !== undefined).length).toBeGreaterThan(30);
    expect(links.filter(({ target }) => target && isDead(target)).map(({ shown }) => shown)).toEqual([]);
  });

  it('are absolute in the README, which npm, PyPI and Construct Hub show as well', () => {
    expect(pages.get('README.md')!.links.filter(link => !/^(https:|#)/.test(link))).toEqual([]);
  });

  it('take a reader from the index to every page', () => {
    const reached = pages.get('docs/README.md')!.links.map(link => resolveLink('docs/README.md', link).path);
    const all = [...pages.keys()].filter(path => /^docs\/[^/]+\.md$/.test(path) && path !== 'docs/README.md');
    expect(all.filter(path => !reached.includes(path))).toEqual([]);
  });

  it('would be reported if the heading did not exist', async () => {
    const page = await Page.parse('docs/limits.md', '[a](#nowhere) [b](cost.md) [c](vpc.md#in-a-vpc)');
    expect(page.links.filter(link => isDead(ownLink(page.path, link)!))).toEqual(['#nowhere']);
  });
});
