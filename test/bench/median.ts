/** Milliseconds that each task takes: the medians of several rounds, in which the tasks take turns. */
export function medians<T extends string>(rounds: number, tasks: Record<T, () => number>): Record<T, number> {
  const names = Object.keys(tasks) as T[];
  const results = Array.from({ length: rounds }, () => names.map(name => tasks[name]()));
  return Object.fromEntries(names.map((name, index) => [name, median(results.map(result => result[index]))])) as Record<T, number>;
}

/** Milliseconds that the work takes. */
export function time(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
