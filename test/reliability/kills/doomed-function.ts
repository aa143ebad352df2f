import { DeployedFunction } from '../../world';
import { LambdaProcess, LambdaProcessOptions } from '../../world/functions/lambda-process';

/** The function in one process, with another one ready to take over: a start takes longer than many a rotation. */
export class DoomedFunction {
  /** Every line that any of its processes has written. */
  public readonly written: string[] = [];
  private active: LambdaProcess;
  private spare: LambdaProcess;

  constructor(private readonly deployed: DeployedFunction, private readonly options: LambdaProcessOptions) {
    this.active = this.startProcess();
    this.spare = this.startProcess();
  }

  public async invoke(event: unknown): Promise<unknown> {
    return this.active.invoke(event);
  }

  /** The signal is sent when this returns; the process is gone when the promise resolves. */
  public async kill(): Promise<void> {
    const death = this.active.kill();
    this.active = this.spare;
    this.spare = this.startProcess();
    await death;
  }

  public async close(): Promise<void> {
    await Promise.all([this.active.kill(), this.spare.kill()]);
  }

  private startProcess(): LambdaProcess {
    const started = new LambdaProcess(this.deployed, { ...this.options, onLog: line => this.written.push(line) });
    started.start();
    return started;
  }
}
