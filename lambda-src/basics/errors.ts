import { RUNBOOK } from '../../src/private/rotation-contract';

/** The anchors of docs/operations.md: each section says what an error means and what to type. */
export const RUNBOOK_SECTIONS = [
  '535-everywhere', '535-on-one-server', 'stuck-rotation', 'limitexceeded', 'accessdenied-on-kms', 'node-offline', 'endpoint-unreachable',
  'a-server-did-not-take-the-credential', 'rotations-that-met', 'rotation-overdue', 'another-function-rotates-the-secret', 'stray-key', 'the-endpoint-does-not-take-the-login',
  '554', 'another-error-of-aws', 'a-call-that-the-function-does-not-know',
] as const;

export type RunbookSection = typeof RUNBOOK_SECTIONS[number];

/** A failure whose message names what failed and what to do next. Never carries a credential. */
export class RotationError extends Error {
  public readonly name: string = 'RotationError';

  constructor(message: string, public readonly runbook: RunbookSection, options?: ErrorOptions) {
    super(message, options);
  }
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

/** Where somebody who reads the error finds out more. */
export function linkTo(section: RunbookSection): string {
  return `${RUNBOOK}#${section}`;
}
