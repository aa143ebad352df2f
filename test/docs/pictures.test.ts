import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawAll } from '../../pictures/draw';

const ROOT = join(__dirname, '..', '..');
const PICTURES = join(ROOT, 'docs', 'pictures');

describe('the pictures of the documents', () => {
  it('are what their sources give; otherwise: npm run pictures', async () => {
    const drawn = await drawAll();
    expect(Object.keys(drawn)).toEqual(readdirSync(PICTURES).filter(name => name.endsWith('.svg')));
    for (const [name, svg] of Object.entries(drawn)) expect(readFileSync(join(PICTURES, name), 'utf8')).toBe(svg);
  });

  it('have a description for those who do not see them, and nothing but themselves', async () => {
    for (const svg of Object.values(await drawAll())) {
      expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="[^"]{50,}">/);
      expect(svg).toContain('prefers-color-scheme: dark');
      expect(svg).not.toMatch(/<script|<image|href|url\(|@import|<!--/);
    }
  });

  it('are all shown by the README, with a description, and from an address that npm, PyPI and Construct Hub can load', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/!\[[^\]]{10,}\]\(https:\/\/raw\.githubusercontent\.com\/[^)]+\/docs\/pictures\/([^)]+)\)/g)].map(([, name]) => name);
    expect(shown.sort()).toEqual(readdirSync(PICTURES).sort());
  });
});
