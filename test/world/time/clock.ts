import { Agenda } from './agenda';

/** Time in the world: everything that waits or looks at a clock takes it from here. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Runs the callback once, so many milliseconds from now. */
  after(milliseconds: number, callback: () => void | Promise<void>): void;
}

/** Wall time, for the demo and for the tests that run the function in a process of its own. */
export class RealClock implements Clock {
  public now(): number {
    return Date.now();
  }

  public async sleep(milliseconds: number): Promise<void> {
    await new Promise<void>(resolve => setTimeout(resolve, milliseconds));
  }

  public after(milliseconds: number, callback: () => void | Promise<void>): void {
    setTimeout(() => void callback(), milliseconds).unref();
  }
}

/**
 * Time that stands still until somebody sleeps: then it jumps, and what was due meanwhile happens in order. For one
 * sleeper at a time, and fast: two that sleep by turns would add their pauses up, and need a ConcurrentClock.
 */
export class VirtualClock implements Clock {
  private readonly agenda = new Agenda();

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  public now(): number {
    return this.time;
  }

  public async sleep(milliseconds: number): Promise<void> {
    const wakeAt = this.time + milliseconds;
    for (let next = this.agenda.take(wakeAt); next; next = this.agenda.take(wakeAt)) {
      this.time = Math.max(this.time, next.at);
      await next.callback();
    }
    this.time = Math.max(this.time, wakeAt);
  }

  public after(milliseconds: number, callback: () => void | Promise<void>): void {
    this.agenda.add(this.time + milliseconds, callback);
  }
}
