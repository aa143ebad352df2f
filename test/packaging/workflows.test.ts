import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = join(__dirname, '..', '..', '.github', 'workflows');

describe.each(readdirSync(FOLDER))('the workflow %s', file => {
  const text = readFileSync(join(FOLDER, file), 'utf8');

  it('names every action by commit', () => {
    const actions = [...text.matchAll(/uses: *(\S+)/g)].map(([, action]) => action);
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter(action => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });

  it('gives every job its permissions', () => {
    const jobs = text.slice(text.indexOf('\njobs:')).split(/\n {2}(?=[\w-]+:\n)/).slice(1);
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.filter(job => !/\n {4}permissions:/.test(job))).toEqual([]);
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
