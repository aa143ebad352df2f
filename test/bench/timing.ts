/** Milliseconds that a task takes. */
export interface Timing {
  readonly median: number;
  readonly fastest: number;
}

/** Runs tasks several times in turns, so that whatever else the machine does meets all of them alike. */
export function timeInTurns<T extends string>(rounds: number, tasks: Record<T, () => number>): Record<T, Timing> {
  const names = Object.keys(tasks) as T[];
  const results = Array.from({ length: rounds }, () => names.map(name => tasks[name]()));
  return Object.fromEntries(names.map((name, index) => [name, summary(results.map(result => result[index]))])) as Record<T, Timing>;
}

/** Milliseconds that the work takes. */
export function time(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function summary(values: number[]): Timing {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], fastest: sorted[0] };
}
