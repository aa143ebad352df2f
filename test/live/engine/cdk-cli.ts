import { ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(__filename);

/** The real CDK CLI as a process of its own. */
export class CdkCli {
  private child?: ChildProcess;

  /**
   * @param region where it deploys
   * @param write what it prints goes here
   * @param command what runs it
   */
  constructor(
    private readonly region: string,
    private readonly write: (text: string) => void,
    private readonly command: readonly string[] = [process.execPath, join(dirname(resolve('aws-cdk/package.json')), 'bin', 'cdk')],
  ) {}

  public async deploy(assembly: string, stackName: string): Promise<void> {
    await this.run(['deploy', stackName, '--app', assembly, '--require-approval', 'never', '--progress', 'events', '--exclusively']);
  }

  public async destroy(assembly: string, stackName: string): Promise<void> {
    await this.run(['destroy', stackName, '--app', assembly, '--force', '--exclusively']);
  }

  /** The stacks of an assembly: needs no account. */
  public async list(assembly: string): Promise<string[]> {
    return (await this.run(['list', '--app', assembly])).split('\n').filter(line => line !== '');
  }

  /** Ends what runs. CloudFormation goes on with what it has begun. */
  public async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise(end => child.once('close', end));
    child.kill('SIGTERM');
    await ended;
  }

  private async run(args: readonly string[]): Promise<string> {
    const [program, ...first] = this.command;
    // In a process group of its own: Ctrl-C is for the suite, which decides what becomes of the deployment.
    const child = spawn(program, [...first, ...args, '--no-notices', '--ci'], {
      detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, AWS_REGION: this.region, CDK_DISABLE_CLI_TELEMETRY: 'true' },
    });
    this.child = child;
    const output = { all: '', answer: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => { output.answer += text; });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output.all += text;
        this.write(text);
      });
    }
    const code = await new Promise<number | null>((end, fail) => child.once('error', fail).once('close', end));
    if (code !== 0) throw new Error(`cdk ${args[0]} ended with ${code}: ${lastLines(output.all)}`);
    return output.answer;
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-5).join(' ');
}
