import { describeLine, parseLine } from './function-line';
import { MailServerEvent } from './mail-server';

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

  public functionLine(line: string): void {
    const parsed = parseLine(line);
    if (!parsed || parsed.message === 'step finished') return;
    if (parsed.message === 'step started') this.write(`  ${parsed.step}`);
    else this.line(describeLine(parsed));
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
