/** What is to happen and when, in order; what is due at the same moment happens in the order in which it was asked for. */
export class Agenda {
  private readonly entries: AgendaEntry[] = [];

  public add(at: number, callback: AgendaEntry['callback']): void {
    this.entries.splice(this.countDue(at), 0, { at, callback });
  }

  /** Takes the next entry off, if it is due by then. */
  public take(until = Infinity): AgendaEntry | undefined {
    return this.entries.length > 0 && this.entries[0].at <= until ? this.entries.shift() : undefined;
  }

  /** How much is due by then: a bisection, because thousands of nodes have timers. */
  private countDue(until: number): number {
    let [low, high] = [0, this.entries.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.entries[middle].at <= until) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface AgendaEntry {
  readonly at: number;
  readonly callback: () => void | Promise<void>;
}
