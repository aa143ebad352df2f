import * as fc from 'fast-check';
import { Turns, Who } from './stage';

/**
 * Turns as fast-check's scheduler gives them. Whoever has the turn keeps it for as many moves more as the next
 * burst says: what goes wrong needs few changes, and a long time for one party while the other one stands still.
 */
export class ScheduledTurns implements Turns {
  private readonly left = new Map<Who, number>();
  private changes = 0;

  constructor(private readonly scheduler: fc.Scheduler, private readonly bursts: readonly number[]) {}

  public async ask(who: Who, move: string): Promise<void> {
    const left = this.left.get(who) ?? 0;
    this.left.set(who, left - 1);
    if (left > 0) return;
    await this.scheduler.schedule(Promise.resolve(), move);
    this.left.set(who, this.bursts[this.changes++ % this.bursts.length]);
  }

  public async next(): Promise<boolean> {
    if (this.scheduler.count() === 0) return false;
    await this.scheduler.waitNext(1);
    return true;
  }
}
