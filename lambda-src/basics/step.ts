import { describe, isAwsError, linkTo, RotationError, RunbookSection } from './errors';
import { Log } from './log';

/** Runs one task of the function, and logs its start and its end. */
export async function runStep<T>(name: string, log: Log, nextAfterAwsError: string, run: () => Promise<T>): Promise<T> {
  try {
    log.info('step started');
    const result = await run();
    log.info('step finished');
    return result;
  } catch (cause) {
    const { message, runbook } = explain(cause, nextAfterAwsError);
    const complete = `${name}: ${message}; see ${linkTo(runbook)}`;
    log.error('step failed', { error: complete });
    throw new RotationError(complete, runbook, { cause });
  }
}

/** Turns any error into a RotationError. An error of AWS reports what failed, but not what to do next. */
export function explain(cause: unknown, next: string): RotationError {
  if (cause instanceof RotationError) return cause;
  const message = describe(cause);
  return new RotationError(`${message}; ${next}`, sectionOn(cause, message), { cause });
}

function sectionOn(cause: unknown, message: string): RunbookSection {
  if (/kms/i.test(message) || isAwsError(cause, 'DecryptionFailure', 'EncryptionFailure')) return 'accessdenied-on-kms';
  return isAwsError(cause, 'AccessDenied') ? 'accessdenied' : 'another-error-of-aws';
}
