import { Environment } from '../environment';
import { DeployedFunction, FunctionInvoker, Functions } from './deployed-functions';
import { AwsError } from '../services/aws-error';
import { CURRENT, PENDING, Secret, SecretsManager, holderOf } from '../services/secrets-manager';
import { requireNotDeleted } from '../services/secrets-manager-errors';

export interface RotationEvent {
  readonly Step: RotationStep;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken: string;
}

export type RotationStep = 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';

export interface RotationOptions {
  /** False runs only testSecret, against a pending version that goes away afterwards. */
  readonly immediately?: boolean;
  readonly maxAttempts?: number;
  /** Milliseconds between two attempts. */
  readonly retryDelay?: number;
  /** The id of the new version; ignored when an unfinished rotation is taken up again. */
  readonly token?: string;
}

export interface RotationOutcome {
  readonly succeeded: boolean;
  readonly token: string;
  /** The steps that each attempt ran; the last one of a failed attempt has the error. */
  readonly attempts: StepOutcome[][];
  /** The value was changed by hand, the rotation cancelled or the secret marked for deletion while it ran. */
  readonly abandoned: boolean;
}

export interface StepOutcome {
  readonly step: RotationStep;
  readonly error?: unknown;
}

const STEPS: RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const DEFAULT_RETRY_DELAY = 60_000;

/** What Secrets Manager does when a secret is rotated. */
export class RotationDriver {
  /** Attempts of rotations that RotateSecret starts: AWS says "multiple times". */
  public backgroundAttempts = 3;
  /** Whether the pending version of a mere test has the current value; AWS does not say. */
  public testVersionCopiesCurrent = false;
  /** Whether AWSPENDING stays beside AWSCURRENT until the next rotation; both have been seen. */
  public pendingLabelLingers = false;
  public readonly outcomes: RotationOutcome[] = [];

  private readonly background = new Set<Promise<unknown>>();

  constructor(
    private readonly environment: Environment,
    private readonly secrets: SecretsManager,
    private readonly functions: Functions,
    private readonly invoke: FunctionInvoker,
  ) {
    secrets.startRotation = (secret, immediately, token) => this.start(secret, immediately, token);
  }

  /** Rotates, and waits until the last attempt is over. */
  public async rotate(secretId: string, options: RotationOptions = {}): Promise<RotationOutcome> {
    const secret = this.secrets.secret(secretId);
    requireNotDeleted(secret);
    this.requireFunction(secret);
    const outcome = options.immediately === false
      ? await this.test(secret, options)
      : await this.run(secret, this.begin(secret, options.token), options);
    this.outcomes.push(outcome);
    return outcome;
  }

  /** Waits for the rotations that RotateSecret has started. */
  public async idle(): Promise<void> {
    while (this.background.size > 0) await Promise.all(this.background);
  }

  private start(secret: Secret, immediately: boolean, token?: string): string {
    this.requireFunction(secret);
    const unfinished = unfinishedToken(secret);
    // A second call while the first one is still at work must not run the steps twice at a time.
    if (secret.rotationInFlight === undefined) this.runInBackground(secret, { immediately, token });
    if (unfinished !== undefined) {
      throw new AwsError('InvalidRequestException', "A previous rotation isn't complete. That rotation will be reattempted.");
    }
    return holderOf(secret, PENDING)?.id ?? '';
  }

  private runInBackground(secret: Secret, options: RotationOptions): void {
    const rotation = this.rotate(secret.arn, { ...options, maxAttempts: this.backgroundAttempts });
    const settled: Promise<unknown> = rotation.catch(() => undefined).finally(() => this.background.delete(settled));
    this.background.add(settled);
  }

  private begin(secret: Secret, wanted?: string): string {
    const token = unfinishedToken(secret) ?? wanted ?? this.environment.random.uuid();
    if (!secret.versions.has(token)) this.secrets.createPlaceholder(secret, token);
    secret.rotationInFlight = token;
    return token;
  }

  private async run(secret: Secret, token: string, options: RotationOptions): Promise<RotationOutcome> {
    const attempts: StepOutcome[][] = [];
    let succeeded = false;
    while (!succeeded && attempts.length < (options.maxAttempts ?? 1) && goesOn(secret, token)) {
      if (attempts.length > 0) await this.environment.clock.sleep(options.retryDelay ?? DEFAULT_RETRY_DELAY);
      const attempt = await this.attempt(secret, token, STEPS);
      attempts.push(attempt);
      succeeded = goesOn(secret, token) && attempt.every(outcome => outcome.error === undefined);
    }
    const abandoned = !goesOn(secret, token);
    if (secret.rotationInFlight === token) secret.rotationInFlight = undefined;
    if (succeeded) this.complete(secret, token);
    return { succeeded, token, attempts, abandoned };
  }

  private async test(secret: Secret, options: RotationOptions): Promise<RotationOutcome> {
    const unfinished = unfinishedToken(secret);
    if (unfinished !== undefined) return this.run(secret, this.begin(secret), options);
    const token = options.token ?? this.environment.random.uuid();
    const value = this.testVersionCopiesCurrent ? holderOf(secret, CURRENT)?.value : undefined;
    const version = this.secrets.createPlaceholder(secret, token, value);
    secret.rotationInFlight = token;
    const attempt = await this.attempt(secret, token, ['testSecret']);
    const abandoned = !goesOn(secret, token);
    version.labels.delete(PENDING);
    if (version.labels.size === 0) secret.versions.delete(token);
    if (secret.rotationInFlight === token) secret.rotationInFlight = undefined;
    return { succeeded: attempt.every(outcome => outcome.error === undefined), token, attempts: [attempt], abandoned };
  }

  private async attempt(secret: Secret, token: string, steps: RotationStep[]): Promise<StepOutcome[]> {
    const outcomes: StepOutcome[] = [];
    for (const step of steps) {
      if (!goesOn(secret, token)) break;
      const outcome = await this.step(secret, token, step);
      outcomes.push(outcome);
      if (outcome.error !== undefined) break;
    }
    return outcomes;
  }

  private async step(secret: Secret, token: string, step: RotationStep): Promise<StepOutcome> {
    try {
      const RotationToken = this.environment.random.alphanumeric(64);
      await this.invoke(this.requireFunction(secret), { Step: step, SecretId: secret.arn, ClientRequestToken: token, RotationToken });
    } catch (error) {
      return { step, error };
    }
    const promoted = holderOf(secret, CURRENT)?.id === token;
    if (step !== 'finishSecret' || promoted || secret.rotationInFlight !== token) return { step };
    return { step, error: new Error(`finishSecret returned, but ${CURRENT} is not on version ${token}`) };
  }

  private complete(secret: Secret, token: string): void {
    if (!this.pendingLabelLingers) secret.versions.get(token)?.labels.delete(PENDING);
    secret.lastRotatedDate = this.environment.clock.now();
  }

  private requireFunction(secret: Secret): DeployedFunction {
    if (!secret.rotation) throw new AwsError('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.');
    const fn = this.functions.find(secret.rotation.lambdaArn);
    if (fn && this.functions.mayInvoke(fn, 'secretsmanager', secret.arn)) return fn;
    throw new AwsError('AccessDeniedException', 'Secrets Manager cannot invoke the specified Lambda function. '
      + 'Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.');
  }
}

/** Whether nobody has cancelled the rotation, changed the value by hand or marked the secret for deletion. */
function goesOn({ deletedDate, rotationInFlight }: Secret, token: string): boolean {
  return rotationInFlight === token && deletedDate === undefined;
}

/** A rotation has not finished when AWSPENDING is on a version that is not current. */
function unfinishedToken(secret: Secret): string | undefined {
  const pending = holderOf(secret, PENDING);
  return pending?.labels.has(CURRENT) ? undefined : pending?.id;
}
