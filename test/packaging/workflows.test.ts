import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = join(__dirname, '..', '..', '.github', 'workflows');

const FILES = readdirSync(FOLDER);

it('uses each action at one commit in all workflows', () => {
  const uses = FILES.flatMap(file => [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/uses: *([\w-]+\/[\w-]+)[^@\s]*@(\S+)/g)].map(([, action, commit]) => `${action} ${commit}`));
  const actions = [...new Set(uses)].map(use => use.split(' ')[0]);
  expect(actions).toContain('github/codeql-action');
  expect(actions.filter((action, index) => actions.indexOf(action) !== index)).toEqual([]);
});

describe.each(FILES)('the workflow %s', file => {
  const text = readFileSync(join(FOLDER, file), 'utf8');

  it('names every action by commit', () => {
    const actions = [...text.matchAll(/uses: *(\S+)/g)].map(([, action]) => action);
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter(action => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });

  it('gives every job its permissions, and no others', () => {
    expect(text).toMatch(/\npermissions:( \{\}|\n {2}contents: none)\n/);
    const jobs = text.slice(text.indexOf('\njobs:')).split(/\n {2}(?=[\w-]+:\n)/).slice(1);
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.filter(job => !/\n {4}permissions:/.test(job))).toEqual([]);
  });

  it('lets no job write to the repository, but the one that makes the release on GitHub', () => {
    const jobs = [...text.matchAll(/\n {2}([\w-]+):\n(?: {4}.*\n)*? {4}permissions:\n(?: {6}.*\n)*? {6}contents: write\n/g)].map(([, job]) => job);
    expect(jobs).toEqual(file === 'release.yml' ? ['release_github'] : []);
  });

  it('leaves no token in a checkout', () => {
    const checkouts = text.split(/(?=uses: actions\/checkout@)/).slice(1).map(step => step.split(/\n {6}- /)[0]);
    expect(checkouts.length).toBeGreaterThan(0);
    expect(checkouts.filter(step => !step.includes('persist-credentials: false'))).toEqual([]);
  });

  it('gives no token to the code of strangers', () => {
    expect(text).not.toContain('pull_request_target');
  });
});
