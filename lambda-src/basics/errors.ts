import { RUNBOOK } from '../../src/private/rotation-contract';

/** The anchors of docs/operations.md: each section says what an error means and what to type. */
export const RUNBOOK_SECTIONS = [
  'the-current-key-is-inactive', 'the-current-credential-is-missing', 'the-current-credential-cannot-replace-another-one', 'ses-refuses-the-login',
  'servers-may-hold-a-dead-key', '554', 'a-server-did-not-apply-the-credential', 'too-few-mail-servers', 'a-command-is-still-running',
  'a-command-ended-early', 'run-command-answers-slowly', 'run-command-rejects-the-command', 'stuck-rotation', 'an-abandoned-version', 'rotations-that-met',
  'rotation-overdue', 'another-function-rotates-the-secret', 'limitexceeded', 'stray-key', 'a-key-is-still-used', 'accessdenied-on-kms', 'accessdenied', 'endpoint-unreachable',
  'the-endpoint-is-busy', 'the-endpoint-cannot-accept-the-login', 'another-error-of-aws', 'a-call-that-the-function-does-not-know',
] as const;

export type RunbookSection = typeof RUNBOOK_SECTIONS[number];

/** A failure whose message names what failed and what to do next. It never contains a credential. */
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

/** Name and message, because some errors of AWS have an empty message. */
export function describe(error: unknown): string {
  const { name, message } = error as Error;
  return `${name}: ${message}`;
}

/** The address where a reader of the error finds out more. */
export function linkTo(section: RunbookSection): string {
  return `${RUNBOOK}#${section}`;
}
