import { MailServerEvent } from './mail-server';

/** What the demo reads in a line of the function's log. */
interface FunctionLine {
  readonly step: string;
  readonly message: string;
  readonly accessKeyId?: string;
  readonly attempts?: number;
  readonly confirmed?: number;
  readonly error?: string;
  readonly seconds?: number;
  readonly targets?: number;
}

/** Says what is going on while it goes on, with the seconds since the rotation began. */
export class Progress {
  private start = Date.now();

  constructor(private readonly write: (line: string) => void) {}

  public say(text: string): void {
    this.write(text);
  }

  public begin(title: string): void {
    this.start = Date.now();
    this.write(`\n${title[0].toUpperCase()}${title.slice(1)}`);
  }

  public end(result: string): void {
    this.line(result);
  }

  /** Lines that are not the function's own, such as Lambda's report of an error, say nothing new. */
  public functionLine(line: string): void {
    const parsed = parse(line);
    if (!parsed || parsed.message === 'step finished') return;
    if (parsed.message === 'step started') this.write(`  ${parsed.step}`);
    else this.line(describe(parsed));
  }

  public serverEvent(instanceId: string, event: MailServerEvent): void {
    if (event.type === 'started') this.line(`${instanceId} runs the document`);
    else if (event.type === 'failed') this.line(`${instanceId} ✗ ${event.reason} (${event.seconds.toFixed(1)} s)`);
    else this.line(`${instanceId} ✓ holds ${event.accessKeyId} (${event.seconds.toFixed(1)} s)`);
  }

  private line(text: string): void {
    const seconds = ((Date.now() - this.start) / 1000).toFixed(1);
    this.write(`  ${seconds.padStart(6)} s  ${text}`);
  }
}

function parse(line: string): FunctionLine | undefined {
  try {
    return JSON.parse(line) as FunctionLine;
  } catch {
    return undefined;
  }
}

function describe({ message, accessKeyId, attempts, confirmed, error, seconds, targets }: FunctionLine): string {
  const tries = [attempts !== undefined && `try ${attempts}`, seconds !== undefined && `${seconds.toFixed(1)} s`].filter(Boolean);
  return [
    message,
    accessKeyId !== undefined ? ` ${accessKeyId}` : '',
    targets !== undefined ? `: ${confirmed} of ${targets} confirmed` : '',
    error !== undefined ? `: ${error}` : '',
    tries.length > 0 ? ` (${tries.join(', ')})` : '',
  ].join('');
}
