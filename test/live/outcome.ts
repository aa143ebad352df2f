export interface StepResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not run';
  readonly seconds: number;
  readonly error?: string;
}

/** Something that AWS does not document, as it was seen. */
export interface Finding {
  /** The question's id. */
  readonly id: string;
  readonly answer: string;
}

/** What a step throws when AWS shows something else than it should. */
export class Unexpected extends Error {}

export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Unexpected(message);
}
