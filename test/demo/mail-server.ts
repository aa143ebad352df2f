import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILED_MARKER } from '../../src/private/rotation-contract';
import { CommandExecution, StepResult } from '../world';
import { NodeOptions, ScriptNode, SmtpCredential } from '../world/nodes';

export interface MailServerOptions extends NodeOptions {
  readonly environment: Record<string, string>;
  /** The relay as Postfix names it: `[host]:port`. */
  readonly relay: string;
}

export type MailServerEvent =
  | { readonly type: 'started' }
  | { readonly type: 'applied'; readonly seconds: number; readonly accessKeyId: string }
  | { readonly type: 'failed'; readonly seconds: number; readonly reason: string };

const PROGRAMS = join(__dirname, '..', 'world', 'nodes', 'bin', 'postfix');
const TABLE = 'etc/postfix/sasl_passwd';
const INDEX = `${TABLE}.db`;
const DISK_FULL = 'disk-full';
/** In the relay's entry until the first rotation. */
const NOT_YET = 'nobody';
const OTHER_LINES = '# Relays and their credentials\n[smtp.partner.example]:587\tpartner:kept-as-it-is\n';

/** A mail server with a Postfix that relays through SES: the document's script finds the files and programs that it needs. */
export class MailServer extends ScriptNode {
  public static async install(options: MailServerOptions): Promise<MailServer> {
    const server = new MailServer(options);
    for (const program of ['postconf', 'postmap', 'postmulti']) await server.install(program, await readFile(join(PROGRAMS, program), 'utf8'));
    await server.write('etc/postfix/main.cf', `relayhost = ${options.relay}\nsmtp_sasl_password_maps = hash:$config_directory/sasl_passwd\n`);
    await server.write(TABLE, `${OTHER_LINES}${options.relay}\t${NOT_YET}:nothing\n`, 0o600);
    await server.write(INDEX, `${options.relay}\t${NOT_YET}:nothing\n`, 0o600);
    return server;
  }

  public onEvent?: (event: MailServerEvent) => void;
  private readonly relay: string;

  private constructor(options: MailServerOptions) {
    super(options);
    this.relay = options.relay;
  }

  /** What Postfix logs in with at the relay; undefined before the first rotation. */
  public async credential(): Promise<SmtpCredential | undefined> {
    const entries = (await this.read(INDEX)).split('\n').map(line => line.split('\t'));
    const [, value = ''] = entries.find(([key]) => key === this.relay.toLowerCase()) ?? [];
    const separator = value.indexOf(':');
    const username = value.slice(0, separator);
    return username === NOT_YET ? undefined : { username, password: value.slice(separator + 1) };
  }

  /** Whether the lines that are not ours are as they were. */
  public async keptOtherLines(): Promise<boolean> {
    return (await this.read(TABLE)).startsWith(`${OTHER_LINES}${this.relay}\t`);
  }

  /** From now on, postmap cannot write. */
  public async fillDisk(): Promise<void> {
    await this.write(DISK_FULL, '');
  }

  public async freeDisk(): Promise<void> {
    await rm(join(this.root, DISK_FULL));
  }

  /** Prints paths as they would be on a machine of its own. */
  public async run(execution: CommandExecution): Promise<StepResult[]> {
    const start = Date.now();
    this.onEvent?.({ type: 'started' });
    const results = (await super.run(execution)).map(result => ({ ...result, output: result.output.replaceAll(this.root, '') }));
    const seconds = (Date.now() - start) / 1000;
    const failed = results.find(result => result.status !== 'Success');
    if (failed) this.onEvent?.({ type: 'failed', seconds, reason: reasonOf(failed) });
    else this.onEvent?.({ type: 'applied', seconds, accessKeyId: (await this.credential())?.username ?? '' });
    return results;
  }
}

/** In the document's words. */
function reasonOf({ output, responseCode }: StepResult): string {
  const line = output.split('\n').find(candidate => candidate.startsWith(FAILED_MARKER));
  return line?.slice(FAILED_MARKER.length).trim() ?? `exit code ${responseCode}`;
}
