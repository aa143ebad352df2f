import { describe, isAwsError, linkTo, RotationError, RunbookSection } from './errors';
import { Log } from './log';

/** Runs what the function was called for, and writes into the log how it began and ended. */
export async function runStep<T>(name: string, log: Log, nextAfterAwsError: string, run: () => Promise<T>): Promise<T> {
  try {
    log.info('step started');
    const result = await run();
    log.info('step finished');
    return result;
  } catch (cause) {
    const { message, runbook } = cause instanceof RotationError ? cause : explain(cause, nextAfterAwsError);
    const complete = `${name}: ${message}; see ${linkTo(runbook)}`;
    log.error('step failed', { error: complete });
    throw new RotationError(complete, runbook, { cause });
  }
}

function explain(cause: unknown, next: string): { readonly message: string; readonly runbook: RunbookSection } {
  const message = describe(cause);
  const isAboutKey = /kms/i.test(message) || isAwsError(cause, 'DecryptionFailure', 'EncryptionFailure');
  return { message: `${message}; ${next}`, runbook: isAboutKey ? 'accessdenied-on-kms' : 'another-error-of-aws' };
}
