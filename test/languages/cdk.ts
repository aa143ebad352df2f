import { join } from 'node:path';
import { ROOT } from './clean-tree';
import { Output, run } from './program';

const CDK = join(ROOT, 'node_modules', '.bin', 'cdk');

/** Calls the real CLI in an app's directory; warnings and errors are all that it prints. */
export async function cdk(directory: string, args: string[], env?: Record<string, string>): Promise<Output> {
  return run(CDK, [...args, '--quiet', '--no-notices', '--ci'], { cwd: directory, env });
}
