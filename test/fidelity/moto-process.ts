import { ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pythonWithMoto } from './virtual-environment';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** An independent emulator of AWS, in a process of its own. */
export class MotoProcess {
  public static async start(account: string): Promise<MotoProcess> {
    const child = spawn(pythonWithMoto(), [join(__dirname, 'moto-server.py')], {
      // Its standard input is the rope that it hangs on: whatever becomes of this process, moto ends with it.
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, MOTO_ACCOUNT_ID: account },
    });
    return new MotoProcess(child, `http://127.0.0.1:${await portOf(child)}`);
  }

  private constructor(private readonly child: Child, public readonly url: string) {}

  public async stop(): Promise<void> {
    const ended = this.child.exitCode === null ? once(this.child, 'exit') : undefined;
    this.child.stdin.end();
    await ended;
  }
}

/** It listens before it prints its port, so that whoever knows the port gets an answer. */
async function portOf(child: Child): Promise<string> {
  const said = text(child.stderr);
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error(`moto has ended before it listened: ${await said}`);
}
