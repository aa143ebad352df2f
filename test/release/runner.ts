import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Job, Step } from './workflow';
import { run } from '../languages/program';

/** What the jobs share. */
export interface Site {
  /** The repository that the workflow belongs to. */
  readonly origin: string;
  /** Where a job finds what an earlier one has uploaded. */
  readonly artifact: string;
  /** What `npm ci` has installed for the job that builds. */
  readonly modules: string;
  /** The programs and caches of this machine, with a home that goes when the rehearsal ends. */
  readonly environment: Record<string, string>;
  /** What an expression of the workflow, without its braces, stands for. */
  readonly expressions: Record<string, string>;
}

/** Runs the steps of one job in a folder of their own, as GitHub does. What a step would set up is on this machine. */
export class Runner {
  private readonly outputFile: string;

  public constructor(private readonly job: Job, private readonly directory: string, private readonly site: Site) {
    mkdirSync(directory, { recursive: true });
    this.outputFile = `${directory}.outputs`;
    writeFileSync(this.outputFile, '');
  }

  /** What the steps have said to later jobs. */
  public get outputs(): Record<string, string> {
    return Object.fromEntries(readFileSync(this.outputFile, 'utf8').split('\n').filter(line => line !== '').map(line => line.split('=')));
  }

  /** Runs a step, with some variables other than the workflow has; resolves with what it printed. */
  public async step(step: Step, instead: Record<string, string> = {}): Promise<string> {
    if (step.uses) return this.use(step.uses.split('@')[0], step.with);
    try {
      const { stdout, stderr } = await run('bash', ['-e', '-c', this.resolve(step.run!)], { cwd: this.directory, env: { ...this.environment(step), ...instead } });
      return stdout + stderr;
    } catch (error) {
      if (step['continue-on-error']) return String(error);
      throw error;
    }
  }

  private environment({ env }: Step): Record<string, string> {
    const named = Object.entries({ ...this.job.env, ...env }).map(([name, value]) => [name, this.resolve(value)]);
    return { CI: 'true', ...this.site.environment, GITHUB_OUTPUT: this.outputFile, ...Object.fromEntries(named) };
  }

  private resolve(text: string): string {
    return text.replaceAll(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => {
      const value = this.site.expressions[expression];
      if (value === undefined) throw new Error(`the rehearsal has nothing for the expression ${expression}`);
      return value;
    });
  }

  private async use(action: string, { path = '.' }: Record<string, string> = {}): Promise<string> {
    const [dist, { artifact, origin, environment }] = [join(this.directory, 'dist'), this.site];
    if (action === 'actions/checkout') await run('git', ['clone', '--quiet', origin, join(this.directory, path)], { env: environment });
    else if (action === 'actions/upload-artifact') cpSync(dist, artifact, { recursive: true });
    else if (action === 'actions/download-artifact') cpSync(artifact, dist, { recursive: true });
    else if (!action.startsWith('actions/setup-')) throw new Error(`the rehearsal has nothing for the action ${action}`);
    return '';
  }
}
