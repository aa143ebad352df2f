import { createSecret } from './create-secret';
import { finishSecret } from './finish-secret';
import { setSecret } from './set-secret';
import { testSecret } from './test-secret';
import { RotationConfig } from '../../src/private/rotation-contract';
import { RotationError, RunbookSection } from '../basics/errors';
import { explain, runStep } from '../basics/step';
import { Context, forCredential, inStep } from '../context';

const RETRY = 'wait for the retry; if the error stays, fix what it names and rotate again';
const MAIL_CONTINUES = 'mail continues with the current credential if that works';
/** The errors that say that it does not. */
const CURRENT_FAILS: RunbookSection[] = ['the-current-credential-is-missing', 'the-current-credential-cannot-replace-another-one'];

/** The event of Secrets Manager. It also has a `RotationToken`, which is sensitive and not used here. */
export interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/** The steps, in the order in which Secrets Manager calls them with the id of the version that the rotation fills. */
export const STEPS: Record<string, (context: Context, token: string) => Promise<void>> = { createSecret, setSecret, testSecret, finishSecret };

/**
 * Runs one step of a rotation.
 *
 * Secrets Manager repeats a rotation from its first step after any failure, so each step can run again.
 */
export async function rotate({ ClientRequestToken: token, SecretId: secretArn, Step: step }: RotationEvent, call: Context): Promise<void> {
  checkSecretId(secretArn, call.config);
  const context = inStep(forCredential(call, { secretArn, user: call.config.user }), step, token);
  await runStep(step, context.log, RETRY, async () => reassure(perform(step, context, token)));
}

/** Adds to an error what whoever reads it at night wants to know first. */
async function reassure(performed: Promise<void>): Promise<void> {
  try {
    await performed;
  } catch (cause) {
    const { message, runbook } = explain(cause, RETRY);
    throw CURRENT_FAILS.includes(runbook) ? cause : new RotationError(`${message}; ${MAIL_CONTINUES}`, runbook, { cause });
  }
}

async function perform(step: string, context: Context, token: string): Promise<void> {
  if (!Object.hasOwn(STEPS, step)) {
    throw new RotationError(`there is no such step; Secrets Manager has ${Object.keys(STEPS).join(', ')}`, 'a-call-that-the-function-does-not-know');
  }
  await STEPS[step](context, token);
}

/** Rejects every secret except the function's own, whoever sent the event. */
function checkSecretId(secretId: string, { secretArn }: RotationConfig): void {
  const suffix = secretId.startsWith(secretArn) ? secretId.slice(secretArn.length) : undefined;
  // A secret imported by its name is configured without the six random characters that end every secret's ARN.
  if (suffix === '' || (suffix !== undefined && /^-[A-Za-z0-9]{6}$/.test(suffix))) return;
  throw new RotationError(`this function rotates ${secretArn} and no other secret, got ${secretId}; `
    + 'each secret needs a SesSmtpCredentialRotation of its own', 'a-call-that-the-function-does-not-know');
}
