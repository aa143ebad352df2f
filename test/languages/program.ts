import { execFile } from 'node:child_process';

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** The developer's own credentials, region and settings are not what a stranger has. */
const NOT_INHERITED = /^(AWS_|CDK_|CI$|JSII_|NODE_OPTIONS$|VITEST|npm_(?!config_registry$))/;

/** No account, and the region of the local AWS. */
const STRANGERS = { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true', JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };

/** Runs a program to its end; throws with what it printed if it fails. */
export async function run(program: string, args: string[], { cwd, env }: ProgramOptions = {}): Promise<Output> {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
  const environment = { ...Object.fromEntries(inherited), ...STRANGERS, ...env };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { cwd, env: environment, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${[program, ...args].join(' ')} failed in ${cwd ?? process.cwd()}: ${error.message}\n${stdout}`));
      else resolve({ stdout, stderr });
    });
    child.stdin?.end();
  });
}
