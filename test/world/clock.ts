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

/** Time that stands still until somebody sleeps: then it jumps, and what was due meanwhile happens in order. */
export class VirtualClock implements Clock {
  /** In order; what is due at the same moment happens in the order in which it was asked for. */
  private readonly due: { at: number; callback: () => void | Promise<void> }[] = [];

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  public now(): number {
    return this.time;
  }

  public async sleep(milliseconds: number): Promise<void> {
    const wakeAt = this.time + milliseconds;
    for (let next = this.takeDue(wakeAt); next; next = this.takeDue(wakeAt)) {
      this.time = Math.max(this.time, next.at);
      await next.callback();
    }
    this.time = Math.max(this.time, wakeAt);
  }

  public after(milliseconds: number, callback: () => void | Promise<void>): void {
    const at = this.time + milliseconds;
    this.due.splice(this.countDue(at), 0, { at, callback });
  }

  private takeDue(until: number) {
    return this.due.length > 0 && this.due[0].at <= until ? this.due.shift() : undefined;
  }

  /** How much is due by then: a bisection, because thousands of nodes have timers. */
  private countDue(until: number): number {
    let [low, high] = [0, this.due.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.due[middle].at <= until) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
