import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { defineRotation } from './define-rotation';
import { expectedPassword } from './world/ses-smtp';

const ROOT = join(__dirname, '..');
const RUNBOOK = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8');

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}

/** The headings that the type of the errors' links names. */
function linkedFromErrors(): string[] {
  const [, names] = /export type Runbook =([^;]+);/.exec(readFileSync(join(ROOT, 'lambda-src', 'errors.ts'), 'utf8'))!;
  return [...names.matchAll(/'([^']+)'/g)].map(([, anchor]) => anchor);
}

function functionSources(): string {
  const directory = join(ROOT, 'lambda-src');
  return readdirSync(directory).filter(name => name.endsWith('.ts') && name !== 'errors.ts').map(name => readFileSync(join(directory, name), 'utf8')).join('');
}

describe('docs/operations.md', () => {
  it('has every heading that an error links to, and every one is linked to by an error', () => {
    const anchors = linkedFromErrors();
    expect(anchors.length).toBeGreaterThan(10);
    expect(anchors.filter(anchor => !anchorsOf(RUNBOOK).includes(anchor))).toEqual([]);
    expect(anchors.filter(anchor => !functionSources().includes(`'${anchor}'`))).toEqual([]);
  });

  it('has every heading that it or the README links to', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const links = [...RUNBOOK.matchAll(/\]\(#([^)]+)\)/g), ...readme.matchAll(/docs\/operations\.md#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter(anchor => !anchorsOf(RUNBOOK).includes(anchor))).toEqual([]);
    expect(links).toContain('a-leaked-credential');
  });

  it('derives the password of a credential by hand as SES does', () => {
    const [, program] = /node -e '([^']+)' "\$region"\)/.exec(RUNBOOK)!;
    const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const printed = execFileSync(process.execPath, ['-e', program, 'eu-central-1'], { input: `${secretKey}\n`, encoding: 'utf8' });
    expect(printed.trim()).toBe(expectedPassword(secretKey, 'eu-central-1'));
  });

  it('shows the query that is saved', () => {
    const [{ Properties }] = Object.values(Template.fromStack(defineRotation().stack).findResources('AWS::Logs::QueryDefinition'));
    expect(RUNBOOK).toContain(Properties.QueryString);
  });
});
