import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './browser';
import { RotationReport } from '../demo/newsletter';
import { DemoRun, runDemo } from '../demo/run-demo';

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENSHOTS = join(__dirname, '..', '..', 'test-results');
const STORIES = { 'undisturbed': [], 'fail-server': ['--fail-server'] };
const LOOKS = [
  { device: 'desktop', width: 900, height: 1000, colorScheme: 'light' },
  { device: 'desktop', width: 900, height: 1000, colorScheme: 'dark' },
  { device: 'phone', width: 360, height: 740, colorScheme: 'light' },
  { device: 'phone', width: 360, height: 740, colorScheme: 'dark' },
] as const;

type Story = keyof typeof STORIES;

const directory = mkdtempSync(join(tmpdir(), 'report-'));
const runs = new Map<Story, DemoRun>();
let browser: Browser;

function fileOf(story: Story): string {
  return join(directory, `${story}.html`);
}

function rotationsOf(story: Story): RotationReport[] {
  return runs.get(story)!.report.rotations;
}

beforeAll(async () => {
  for (const [story, options] of Object.entries(STORIES) as [Story, string[]][]) runs.set(story, await runDemo('--report', fileOf(story), ...options));
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  rmSync(directory, { recursive: true });
});

/** The page, and what went on that a reader does not see. */
interface Visit {
  readonly page: Page;
  readonly requests: string[];
  readonly complaints: string[];
}

async function visit(story: Story, { width, height, colorScheme }: typeof LOOKS[number]): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, deviceScaleFactor: 2 });
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', request => requests.push(request.url()));
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.message));
  await page.goto(pathToFileURL(fileOf(story)).href);
  return { page, requests, complaints };
}

async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`));
}

describe.each(Object.keys(STORIES) as Story[])('the report of the demo, %s', story => {
  it('belongs to a demo that succeeded', () => {
    expect(runs.get(story)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  describe.each(LOOKS)('on a $device, $colorScheme', look => {
    let page: Page;
    let visited: Visit;

    beforeAll(async () => {
      visited = await visit(story, look);
      ({ page } = visited);
    });

    afterAll(async () => page.close());

    it('shows every rotation with what became of it', async () => {
      const headings = await page.getByRole('heading', { level: 2 }).allInnerTexts();
      const shown = rotationsOf(story).map(({ title, succeeded }) => `${title[0].toUpperCase()}${title.slice(1)} ${succeeded ? 'succeeded' : 'refused'}`);
      expect(headings).toEqual([...shown, 'In the end', 'Checks']);
      expect(await page.getByText('All checks passed').isVisible()).toBe(true);
    });

    it('shows the steps, the labels and each mail server along the time', async () => {
      const timelines = page.locator('.timeline');
      for (const [index, { timeline }] of rotationsOf(story).entries()) {
        for (const { step } of timeline.steps) expect(await timelines.nth(index).getByRole('img', { name: step }).isVisible()).toBe(true);
        for (const label of ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS']) {
          expect(await timelines.nth(index).getByRole('img', { name: `${label}: from second 0.0` }).isVisible()).toBe(true);
        }
        for (const { instanceId } of timeline.held) {
          const lane = timelines.nth(index).getByRole('img', { name: `${instanceId}: from second 0.0` });
          expect(await lane.locator('.dot.mail.accepted').count()).toBeGreaterThan(0);
          expect(await lane.locator('.dot.mail.refused').count()).toBe(0);
        }
      }
    });

    it('says why a rotation was refused, and which server it was', async () => {
      const refused = rotationsOf(story).filter(({ succeeded }) => !succeeded);
      expect(await page.locator('.error').allInnerTexts()).toEqual(refused.map(({ error }) => error));
      expect(await page.locator('.timeline .run.failed').count()).toBe(refused.length);
      for (const { timeline } of refused) {
        const { instanceId } = timeline.runs.find(({ reason }) => reason !== undefined)!;
        const lane = page.getByRole('img', { name: instanceId }).filter({ has: page.locator('.run.failed') });
        expect(await lane.count()).toBe(1);
      }
    });

    it('tells everything in words to whoever opens that', async () => {
      for (const summary of await page.getByText('Everything that happened, in words').all()) await summary.click();
      const [first] = await page.locator('table.events').all();
      expect(await first.isVisible()).toBe(true);
      const seconds = (await first.locator('tbody td:first-child').allInnerTexts()).map(Number);
      expect(seconds.length).toBeGreaterThan(20);
      expect(seconds).toEqual([...seconds].sort((one, other) => one - other));
      expect(await first.getByText('credential promoted').isVisible()).toBe(true);
    });

    it('fits into the width, with everything opened', async () => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
    });

    it('can be read by those who do not see it', async () => {
      expect(await accessibilityProblems(page)).toEqual([]);
    });

    it('asks for nothing but itself, and complains of nothing', () => {
      expect(visited.requests).toEqual([pathToFileURL(fileOf(story)).href]);
      expect(visited.complaints).toEqual([]);
    });

    it('is taken a picture of', async () => {
      const file = join(SCREENSHOTS, `report-${story}-${look.device}-${look.colorScheme}.png`);
      await page.reload();
      const picture = await page.locator('section').nth(1).screenshot({ path: file, style: 'section { padding: 0 1rem 1rem }' });
      expect(picture.length).toBeGreaterThan(10_000);
    });
  });
});
