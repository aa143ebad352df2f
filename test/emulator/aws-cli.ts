import { dirname, join } from 'node:path';
import { REGION, ROOT } from './account';
import { run } from '../languages/program';

/** The variables of a program that may do everything in LocalEmu. */
export function rootEnvironment(url: string): Record<string, string> {
  return { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: ROOT.accessKeyId, AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey, AWS_REGION: REGION };
}

/** The real AWS CLI, for whoever may do everything. */
export class AwsCli {
  constructor(private readonly python: string, public readonly url: string) {}

  /** What a command prints. */
  public async ask<Answer>(...args: string[]): Promise<Answer> {
    const aws = join(dirname(this.python), 'aws');
    const env = { ...rootEnvironment(this.url), AWS_DEFAULT_REGION: REGION, AWS_PAGER: '' };
    const { stdout } = await run(this.python, [aws, ...args, '--output', 'json'], { env });
    return JSON.parse(stdout || 'null') as Answer;
  }
}
