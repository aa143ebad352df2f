/** As `describe-stack-events` shows it; the stack's own have its name as their logical id. */
export interface StackEvent {
  readonly logicalId: string;
  readonly status: string;
  readonly reason?: string;
}

/** What made an operation on a stack fail: its first resource that failed, and why. */
export class StackOperationFailed extends Error {
  constructor(public readonly logicalId: string, public readonly status: string, public readonly reason: string) {
    super(`${logicalId} ${status}: ${reason}`);
    this.name = 'StackOperationFailed';
  }
}

export class StackEvents {
  /** Oldest first. */
  public readonly all: StackEvent[] = [];

  /** @param onEvent what else hears of each event */
  constructor(private readonly onEvent: (event: StackEvent) => void = () => undefined) {}

  public note(logicalId: string, status: string, reason?: string): void {
    const event = { logicalId, status, ...reason !== undefined && { reason } };
    this.all.push(event);
    this.onEvent(event);
  }

  /** Does something to a resource, with the events of its beginning and its end. */
  public async during<T>(logicalId: string, verb: 'CREATE' | 'UPDATE' | 'DELETE', work: () => T | Promise<T>): Promise<T> {
    this.note(logicalId, `${verb}_IN_PROGRESS`);
    try {
      const result = await work();
      this.note(logicalId, `${verb}_COMPLETE`);
      return result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.note(logicalId, `${verb}_FAILED`, reason);
      throw new StackOperationFailed(logicalId, `${verb}_FAILED`, reason);
    }
  }
}
