import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../languages/clean-tree';

export interface Step {
  readonly 'id'?: string;
  readonly 'uses'?: string;
  readonly 'run'?: string;
  readonly 'env'?: Record<string, string>;
  readonly 'with'?: Record<string, string>;
  readonly 'continue-on-error'?: boolean;
}

export interface Job {
  readonly steps: Step[];
  readonly env?: Record<string, string>;
}

/** The jobs of the workflow that releases, by name. */
export function releaseJobs(): Record<string, Job> {
  return parse(readFileSync(join(ROOT, '.github', 'workflows', 'release.yml'), 'utf8')).jobs;
}

interface Task {
  readonly env?: Record<string, string>;
  readonly steps: { readonly spawn?: string; readonly exec?: string; readonly execArgs?: string[] }[];
}

export function tasks(): Record<string, Task> {
  return JSON.parse(readFileSync(join(ROOT, '.projen', 'tasks.json'), 'utf8')).tasks;
}
