import { createSecret } from './create-secret';
import { finishSecret } from './finish-secret';
import { setSecret } from './set-secret';
import { testSecret } from './test-secret';
import { EndpointConfig, RotationConfig } from '../../src/private/rotation-contract';
import { AccessKeys } from '../aws/access-keys';
import type { AwsClients } from '../aws/clients';
import { RunCommand } from '../aws/run-command';
import { CURRENT, isAppliedByServers, PENDING, SecretVersion, SecretVersions } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Log } from '../basics/log';
import { runStep } from '../basics/step';
import { BackOff, Clock, SECOND } from '../basics/time';
import { SmtpLogin } from '../smtp/login';
import { SmtpSend } from '../smtp/message';

/** What Secrets Manager calls the function with. `RotationToken` comes as well; it is sensitive and nobody here needs it. */
export interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/** What the function reaches the world through, so that tests can put a world of their own in its place. */
export interface Surroundings extends AwsClients {
  readonly loginAt: (endpoint: EndpointConfig) => SmtpLogin;
  readonly sendAt: (endpoint: EndpointConfig) => SmtpSend;
  readonly clock: Clock;
  readonly random: () => number;
  readonly writeLog: (line: string) => void;
  /** Sends CloudFormation the answer that it waits for. */
  readonly respond: (url: string, body: string) => Promise<void>;
}

/** What it takes to look after the credential, during a rotation and between two. */
export interface Upkeep {
  readonly config: RotationConfig;
  readonly versions: SecretVersions;
  readonly keys: AccessKeys;
  readonly loginAt: Surroundings['loginAt'];
  readonly clock: Clock;
  readonly random: () => number;
  /** The moment at which the function must have ended. */
  readonly deadline: number;
  readonly log: Log;
}

/** Everything a step works with. */
export interface Rotation extends Upkeep {
  /** The id of the version that this rotation fills. */
  readonly token: string;
  readonly runCommand: RunCommand;
  readonly sendAt: Surroundings['sendAt'];
}

/** What the function keeps of its time to report a wait that is over, before Lambda cuts it off. */
const REPORTING_TIME = 45 * SECOND;

/** In the order in which Secrets Manager calls them. */
export const STEPS: Record<string, (rotation: Rotation) => Promise<void>> = { createSecret, setSecret, testSecret, finishSecret };

/**
 * Runs one step of a rotation, in the time that is left to the function.
 *
 * Secrets Manager repeats a rotation from its first step after any failure, so each step can run again.
 */
export async function rotate(event: RotationEvent, config: RotationConfig, surroundings: Surroundings, remainingTime: number): Promise<void> {
  const { ClientRequestToken: token, SecretId: secretArn, Step: step } = event;
  checkSecretId(secretArn, config);
  const log = new Log({ secretArn, versionId: token, step }, surroundings.writeLog);
  const rotation = rotationBy(surroundings, token, equip(config, secretArn, surroundings, remainingTime, log));
  await runStep(step, log, 'the next attempt starts again with createSecret', async () => {
    if (!Object.hasOwn(STEPS, step)) {
      throw new RotationError(`there is no such step; Secrets Manager has ${Object.keys(STEPS).join(', ')}`, 'a-call-that-the-function-does-not-know');
    }
    await STEPS[step](rotation);
  });
}

/** What the function needs to look after the credential in one secret, in the time that is left to it. */
export function equip(config: RotationConfig, secretArn: string, surroundings: Surroundings, remainingTime: number, log: Log): Upkeep {
  const { clock, iam, iamSingleTry, loginAt, random, secretsManager } = surroundings;
  return {
    config,
    versions: new SecretVersions(secretsManager, secretArn),
    keys: new AccessKeys(iam, iamSingleTry, config.user.name),
    loginAt,
    clock,
    random,
    deadline: clock.now() + remainingTime - REPORTING_TIME,
    log,
  };
}

export function rotationBy({ sendAt, ssm }: Surroundings, token: string, upkeep: Upkeep): Rotation {
  return { ...upkeep, token, sendAt, runCommand: new RunCommand(ssm) };
}

/** Refuses to work on any secret but the function's own, however the event came about. */
function checkSecretId(secretId: string, { secretArn }: RotationConfig): void {
  const suffix = secretId.startsWith(secretArn) ? secretId.slice(secretArn.length) : undefined;
  // A secret imported by its name is configured without the six random characters that end every secret's ARN.
  if (suffix === '' || (suffix !== undefined && /^-[A-Za-z0-9]{6}$/.test(suffix))) return;
  throw new RotationError(`this function rotates ${secretArn} and no other secret, got ${secretId}; `
    + 'each secret needs a SesSmtpCredentialRotation of its own', 'a-call-that-the-function-does-not-know');
}

/** A version must carry the label of the rotation in progress, or of the one just finished (a retry sees that). */
export function checkStages(token: string, stages: string[] | undefined): void {
  if (isAppliedByServers(stages)) return;
  throw new RotationError(`version ${token} is neither ${PENDING} nor ${CURRENT}: this rotation was cancelled or overtaken; `
    + 'nothing was changed, start a new rotation', 'rotations-that-met');
}

/** The version of this rotation with its value, waiting a little for a value that Secrets Manager does not show yet. */
export async function findVersion({ token, versions, clock, random, deadline }: Rotation): Promise<SecretVersion | undefined> {
  const backOff = new BackOff(clock, random, SECOND, 2 * SECOND);
  const version = await backOff.poll(Math.min(deadline, clock.now() + 5 * SECOND), async () => versions.get(token));
  if (version) checkStages(token, version.stages);
  return version;
}
