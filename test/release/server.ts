import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A registry in a process of its own, which ends with this one whatever becomes of it. Listens on the loopback address only. */
export class Server {
  public static async start(command: (port: number) => string[], env: Record<string, string> = {}): Promise<Server> {
    const port = await freePort();
    const child = spawn('sh', ['-c', '"$@" & cat >/dev/null; kill $!', 'sh', ...command(port)], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const server = new Server(`127.0.0.1:${port}`, async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
      return (await said).join('');
    });
    await server.answers();
    return server;
  }

  private constructor(public readonly address: string, private readonly end: () => Promise<string>) {}

  public get url(): string {
    return `http://${this.address}/`;
  }

  public async stop(): Promise<void> {
    await this.end();
  }

  private async answers(): Promise<void> {
    for (let attempts = 0; attempts < 120; attempts++) {
      if (await fetch(this.url).then(({ ok }) => ok, () => false)) return;
      await sleep(500);
    }
    throw new Error(`nothing answers at ${this.url}: ${await this.end()}`);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
