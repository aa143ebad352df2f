/** A failure whose message names what failed and what to do next. Never carries a credential. */
export class RotationError extends Error {
  public readonly name: string = 'RotationError';
}

/** Whether an AWS call failed with one of these error names, with or without the suffix `Exception`. */
export function isAwsError(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name.replace(/Exception$/, ''));
}

/** Name and message: AWS leaves the message of some errors empty. */
export function describe(error: unknown): string {
  const { name, message } = error as Error;
  return `${name}: ${message}`;
}
