import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployedFunction, FunctionError, LambdaProcess, LambdaProcessOptions, SessionCredentials } from '../world/functions/lambda-process';

interface StartQuestion extends DeployedFunction {
  readonly id: string;
  readonly credentials: SessionCredentials;
}

interface InvokeQuestion {
  readonly id: string;
  readonly event: unknown;
}

/** For whoever looks for the reason of a failure. */
const LOG = join(__dirname, '..', '..', 'test-results', 'localemu-functions.log');

/** The processes of LocalEmu's functions, each with the credentials that LocalEmu gave it. */
export class FunctionProcesses {
  /** Every line that a function wrote. */
  public readonly logs: string[] = [];
  /** What the functions were called with, oldest first. */
  public readonly events: unknown[] = [];
  public readonly answerers = {
    '/functions/start': async (question: StartQuestion) => this.start(question),
    '/functions/invoke': async (question: InvokeQuestion) => this.invoke(question),
    '/functions/stop': async ({ id }: InvokeQuestion) => this.processes.get(id)?.kill(),
  };

  private readonly processes = new Map<string, LambdaProcess>();

  constructor(private readonly options: () => Omit<LambdaProcessOptions, 'credentials'>) {}

  public async killAll(): Promise<void> {
    await Promise.all([...this.processes.values()].map(async process => process.kill()));
  }

  private start({ id, credentials, ...deployed }: StartQuestion): void {
    this.processes.set(id, new LambdaProcess(deployed, { ...this.options(), credentials, onLog: line => this.note(line) }));
  }

  private note(line: string): void {
    this.logs.push(line);
    appendFileSync(LOG, `${line}\n`);
  }

  private async invoke({ id, event }: InvokeQuestion): Promise<{ payload: unknown; isError: boolean }> {
    this.events.push(event);
    try {
      return { payload: await this.processes.get(id)!.invoke(event), isError: false };
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      return { payload: { errorType: error.name, errorMessage: error.message, trace: error.trace }, isError: true };
    }
  }
}
