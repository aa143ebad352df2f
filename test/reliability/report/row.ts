/** One line of the table: what was done to the rotation, how often, and what came of it. */
export interface Row {
  readonly what: string;
  readonly setup: string;
  readonly runs: number;
  /** Runs that were left out because they start in a state from which others had gone through everything. */
  readonly merged: number;
  readonly violations: number;
  /** Secret keys and passwords that were looked for in everything that left the function. */
  readonly secrets: number;
  readonly seconds: number;
  /** The first broken promises, in words. */
  readonly examples: string[];
  /** What is known to end worse than promised, and did. */
  readonly exceptions?: string[];
}
