/** What a log line may contain: identifiers and figures, never a credential. */
export interface LogDetails {
  readonly accessKeyId?: string;
  readonly ageSeconds?: number;
  readonly allowedAgeSeconds?: number;
  readonly attempts?: number;
  readonly commandId?: string;
  readonly confirmed?: number;
  readonly document?: string;
  readonly endpoint?: string;
  readonly error?: string;
  readonly failed?: number;
  readonly seconds?: number;
  readonly targets?: number;
}

/** The fields on every line of a call. */
export interface LogContext {
  readonly secretArn: string;
  readonly versionId?: string;
  readonly step?: string;
}

/** Writes one JSON object per line, with the same fields on every line, so that queries can rely on them. */
export class Log {
  constructor(
    private readonly context: LogContext,
    private readonly write: (line: string) => void,
  ) {}

  /** The same log, with other values in these fields. */
  public with(changes: Partial<LogContext>): Log {
    return new Log({ ...this.context, ...changes }, this.write);
  }

  public info(message: string, details: LogDetails = {}): void {
    this.line('INFO', message, details);
  }

  public warn(message: string, details: LogDetails = {}): void {
    this.line('WARN', message, details);
  }

  public error(message: string, details: LogDetails = {}): void {
    this.line('ERROR', message, details);
  }

  private line(level: string, message: string, details: LogDetails): void {
    this.write(JSON.stringify({ level, ...this.context, message, ...details }));
  }
}
