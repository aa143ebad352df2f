import { beforeAll, describe, expect, it } from 'vitest';
import { Page } from './page';
import { figuresOf, sentencesOf } from './readability';
import { findWords, inOneLine, isNotYet, NOT_YET, proseFiles, textOf, WORDS } from './vocabulary';

const LONGEST_README = 320;
const LONGEST_PARAGRAPH = 5;
/** A paragraph's line in the source, without the addresses of its links. */
const WIDEST_LINE = 125;
const LONGEST_SENTENCE = 40;

let pages: Page[];
let readme: Page;

beforeAll(async () => {
  pages = await Promise.all(proseFiles().filter(path => path.endsWith('.md')).map(async path => Page.read(path)));
  readme = pages.find(({ path }) => path === 'README.md')!;
});

function longSentences(page: Page): string[] {
  return sentencesOf(page).filter(({ words }) => words > LONGEST_SENTENCE).map(({ text, words }) => `${page.path}: ${words} words: ${text}`);
}

describe('the README', () => {
  it('is read in one sitting', () => {
    expect(readme.lines).toBeLessThanOrEqual(LONGEST_README);
  });

  it('has no long paragraph', () => {
    const paragraphs = readme.passages.filter(({ kind }) => kind === 'paragraph');
    const tooLong = paragraphs.filter(({ lines, text }) => lines > LONGEST_PARAGRAPH || text.length > LONGEST_PARAGRAPH * WIDEST_LINE);
    expect(tooLong.map(({ firstLine, text }) => `line ${firstLine}: ${text}`)).toEqual([]);
  });
});

describe('the prose of README, pages, docstrings, errors and comments', () => {
  it('has no sentence of more than 40 words in README and pages', () => {
    expect(pages.filter(({ path }) => !isNotYet(path)).flatMap(longSentences)).toEqual([]);
  });

  it('has none of the words that the list keeps out', () => {
    const found = proseFiles().filter(path => !isNotYet(path)).flatMap(path => findWords(textOf(path)).map(word => `${path}: ${word}`));
    expect(found).toEqual([]);
  });

  it('has no exception that is no longer needed', () => {
    const needless = Object.keys(NOT_YET).filter(entry => {
      const words = proseFiles().filter(path => path.startsWith(entry)).flatMap(path => findWords(textOf(path)));
      return [...words, ...pages.filter(({ path }) => path.startsWith(entry)).flatMap(longSentences)].length === 0;
    });
    expect(needless).toEqual([]);
  });

  it('is measured', async () => {
    const figures = await Promise.all(pages.map(figuresOf));
    console.table(Object.fromEntries(figures.map(({ page, ...rest }) => [page, rest])));
    expect(figures.find(({ page }) => page === 'README.md')).toMatchObject({ lines: readme.lines, longest: expect.any(Number) });
    expect(figures.length).toBeGreaterThan(10);
  });
});

describe('the list of words', () => {
  it.each(WORDS)('finds $example', ({ avoid, example, write }) => {
    expect(findWords(example)).toContainEqual(expect.stringContaining(`: ${write}`));
    expect(findWords(`in ${example}`).length, avoid).toBeGreaterThan(0);
  });

  it('finds a phrase that continues in the next line of a comment', () => {
    expect(findWords(inOneLine('/**\n * The key is kept for\n * ever.\n */'))).toHaveLength(1);
  });

  it('finds nothing in longer words', () => {
    expect(findWords('mention, recommended, a handout')).toEqual([]);
  });
});

describe('the figures of a page', () => {
  it('count sentences and words of paragraphs and of longer cells, and not code', async () => {
    const page = await Page.parse('page.md', '# Title\n\nYou rotate `a.b.c`. It is rotated by us.\n\n| a cell |\n|---|\n| this cell has all of eight words here |\n\n```ts\nnot counted\n```\n');
    expect(await figuresOf(page)).toMatchObject({ lines: 11, words: 19, sentences: 3, median: 5, longest: 8, passive: 33 });
  });
});
