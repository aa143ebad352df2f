/** One run of the function, until it returns or is killed. */
export class RunningInvocation {
  public dead = false;
  public readonly death: Promise<never>;
  private reject?: (error: Error) => void;

  constructor(public readonly number: number, public readonly step: string) {
    this.death = new Promise((_resolve, reject) => { this.reject = reject; });
    this.death.catch(() => undefined);
  }

  public kill(): void {
    this.dead = true;
    this.reject?.(new Error('Runtime.ExitError: Runtime exited with error: signal: killed'));
  }
}
