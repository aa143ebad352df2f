/** Where time comes from. The steps never read the system clock themselves. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
};

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Growing pauses, partly random so that many functions do not call at the same moment. */
export class BackOff {
  private pause: number;

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    first: number,
    private readonly longest: number,
  ) {
    this.pause = first;
  }

  /** Sleeps and returns true. If the pause would end after the deadline, returns false at once. */
  public async waitUntil(deadline: number): Promise<boolean> {
    const milliseconds = Math.round(this.pause * (0.75 + this.random() / 2));
    if (this.clock.now() + milliseconds > deadline) return false;
    await this.clock.sleep(milliseconds);
    this.pause = Math.min(this.pause * 1.5, this.longest);
    return true;
  }

  /** Asks until there is an answer, or until there is no time to ask again. */
  public async poll<T>(deadline: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    for (;;) {
      const answer = await ask();
      if (answer !== undefined || !await this.waitUntil(deadline)) return answer;
    }
  }
}
