import { ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './account';

/** How long LocalEmu may take until it answers. */
const PATIENCE = 120_000;
/** What it may leave out of a stack: a query that people run by hand. */
const LEFT_OUT = 'AWS::Logs::QueryDefinition';
/** For whoever looks for the reason of a failure. */
const LOG = join(__dirname, '..', '..', 'test-results', 'localemu.log');
/** Of somebody with credentials. LocalEmu's own reading of a template is anonymous at first. */
const DENIAL = /IAM DENY: (User: .*)|IAM: (unknown caller.*)/;

export interface LocalEmuOptions {
  readonly python: string;
  /** Where the plug-ins find the process of the tests. */
  readonly bridge: string;
  /** A folder of its own. */
  readonly directory: string;
}

/** LocalEmu in a process of its own, with the plug-ins. */
export class LocalEmu {
  public static async start(options: LocalEmuOptions): Promise<LocalEmu> {
    const port = await freePort();
    const emulator = new LocalEmu(launch(options, port), `http://127.0.0.1:${port}`);
    await emulator.answers();
    return emulator;
  }

  /** Every line that it printed. */
  public readonly output: string[] = [];

  private constructor(private readonly child: ChildProcessByStdio<Writable, Readable, Readable>, public readonly url: string) {
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', line => this.note(line));
  }

  public get pid(): number {
    return this.child.pid!;
  }

  /** What its IAM refused, oldest first. */
  public get denials(): string[] {
    return this.output.flatMap(line => {
      const [, denied, unknown] = DENIAL.exec(line) ?? [];
      return denied ?? unknown ?? [];
    });
  }

  public async stop(): Promise<void> {
    const ended = this.child.exitCode === null ? once(this.child, 'exit') : undefined;
    this.child.stdin.end();
    await ended;
  }

  private note(line: string): void {
    this.output.push(line);
    appendFileSync(LOG, `${line}\n`);
  }

  private async answers(): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (Date.now() < deadline && this.child.exitCode === null) {
      const answer = await fetch(`${this.url}/_localemu/health`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(200);
    }
    await this.stop();
    throw new Error(`LocalEmu did not start:\n${this.output.join('\n')}`);
  }
}

function launch({ python, bridge, directory }: LocalEmuOptions, port: number): ChildProcessByStdio<Writable, Readable, Readable> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return spawn(python, [join(__dirname, 'plugins', 'server.py')], {
    // Its standard input is the rope that it hangs on: whatever becomes of this process, LocalEmu ends with it.
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: directory,
    env: {
      ...Object.fromEntries(inherited),
      EMULATOR_BRIDGE: bridge,
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      IAM_ENFORCEMENT: '1',
      ROOT_ACCESS_KEYS: ROOT.accessKeyId,
      // The ids of access keys begin as AWS's do.
      PARITY_AWS_ACCESS_KEY_ID: '1',
      CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES: '0',
      CFN_IGNORE_UNSUPPORTED_TYPE_CREATE: LEFT_OUT,
      CFN_IGNORE_UNSUPPORTED_TYPE_UPDATE: LEFT_OUT,
      CFN_PER_RESOURCE_TIMEOUT: '900',
      // No name server.
      DNS_ADDRESS: '0',
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      LOCALEMU_VOLUME_DIR: join(directory, 'volume'),
      TMPDIR: directory,
      TZ: 'UTC',
      PYTHONUNBUFFERED: '1',
    },
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
