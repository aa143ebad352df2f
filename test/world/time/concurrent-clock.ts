import { Agenda } from './agenda';
import { Clock } from './clock';

/** So many turns of the event loop without a file request: then all that runs in this process waits for time to pass. */
const QUIET_TURNS = 3;
/** What Node.js calls them; a file's closing is one of its own. */
const FILE_REQUEST = /^(FSReq|CloseReq)/;

/**
 * Virtual time for many sleepers: a deployment, the rotation that it started, and the function that waits for both. Time
 * stands still as long as anybody has something to do, and then jumps to the next moment for which somebody sleeps, who
 * does what there is to do before the next one wakes. So the order is that of the wake-up times, the same in every run.
 *
 * Time passes only while somebody sleeps: a callback of `after` alone does not let it pass. Who waits for a socket is not
 * seen, and time goes on without him: processes and servers of their own need a RealClock.
 */
export class ConcurrentClock implements Clock {
  private readonly agenda = new Agenda();
  private sleepers = 0;
  private passing = false;

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  public now(): number {
    return this.time;
  }

  public async sleep(milliseconds: number): Promise<void> {
    this.sleepers += 1;
    await new Promise<void>(wake => {
      this.after(milliseconds, () => {
        this.sleepers -= 1;
        wake();
      });
      void this.letTimePass();
    });
  }

  public after(milliseconds: number, callback: () => void | Promise<void>): void {
    this.agenda.add(this.time + Math.max(0, milliseconds), callback);
  }

  private async letTimePass(): Promise<void> {
    if (this.passing) return;
    this.passing = true;
    while (this.sleepers > 0) {
      await quiet();
      const next = this.agenda.take();
      this.time = Math.max(this.time, next?.at ?? this.time);
      void next?.callback();
    }
    this.passing = false;
  }
}

async function quiet(): Promise<void> {
  for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
    await new Promise(resolve => setImmediate(resolve));
    // An SDK client reads its configuration files before its first call.
    if (process.getActiveResourcesInfo().some(resource => FILE_REQUEST.test(resource))) turns = -1;
  }
}
