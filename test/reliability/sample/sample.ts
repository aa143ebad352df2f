/**
 * A model of the rotation function of AWS's CloudFormation sample, to be compared with ours under the same faults.
 *
 * Source: github.com/aws-samples/serverless-mail,
 * `ses-credential-rotation/ses_credential_rotator/lambda_function.py` (at 26f5fd966cc6b029ecf4b212b6f927a6313ea603) and
 * `ses-credential-rotation/automatic-rotation/sesautomaticrotation.yaml` (at 2054d2f1b5050cfe074e2e52ec60aed364864074).
 *
 * Modelled: every AWS call with its input, in the sample's order; the check of the labels before each step; the tries and
 * pauses of the login and of the waits; what a failure undoes; the function's time-out of 75 seconds; and of the log lines
 * the one that carries something sensitive, the event. The secret's value is `username:password`, whatever the format is.
 *
 * The sample's parameters come from the configuration: the user, the secret, the endpoint, and of the first fleet the
 * document's name and the targets. The sample knows one tag with one value; any other target works here as well. Further
 * fleets get nothing, and without any the sample cannot be deployed.
 *
 * Simplified, each time in the sample's favour or without a difference to it:
 * - Every login has a connection of its own. The sample keeps one, which the endpoint may have closed, and fails at once
 *   when it cannot open it. Here that counts as one of the 30 tries.
 * - A try is one AUTH. Python's smtplib tries every mechanism that the endpoint offers.
 * - The time-out strikes in pauses only, never in a call.
 * - How often a failed call is repeated is up to the given clients. The sample's (boto3) make five attempts, of
 *   CreateAccessKey as well.
 *
 * The sample's secret is born empty. With one that is born with a value the first rotation would not be the sample's.
 */
import { CreateAccessKeyCommand, DeleteAccessKeyCommand } from '@aws-sdk/client-iam';
import {
  DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, SecretsManagerServiceException, UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { CommandInvocation, ListCommandInvocationsCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { SECOND } from '../../../lambda-src/basics/time';
import { Dependencies, LambdaContext } from '../../../lambda-src/context';
import { RotationEvent } from '../../../lambda-src/rotation/rotation';
import { Credential } from '../../../lambda-src/secret/credential';
import { smtpPassword } from '../../../lambda-src/smtp/password';
import { FleetConfig, RotationConfig } from '../../../src/private/rotation-contract';
import { AwsError } from '../../world';

/** The time-out of the sample's function. */
const TIMEOUT = 75 * SECOND;
const LOGIN_TRIES = 30;
const LOGIN_PAUSE = SECOND;
const APPEARANCE_TRIES = 10;
const APPEARANCE_PAUSE = SECOND / 2;
const COMPLETION_PAUSE = 5 * SECOND;

/** The sample sends no message. */
type SampleDependencies = Omit<Dependencies, 'sendAt'>;

/** What a step works with. */
interface StepContext {
  readonly config: RotationConfig;
  readonly fleet: FleetConfig;
  readonly secretId: string;
  readonly token: string;
  readonly dependencies: SampleDependencies;
  /** Sleeps, and throws when the function's time is over. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

const STEPS: Record<string, (context: StepContext) => Promise<void>> = {
  createSecret,
  setSecret: async () => undefined,
  testSecret,
  finishSecret,
};

/** Runs one step of a rotation as the sample does. */
export async function rotateLikeTheSample(
  event: RotationEvent, config: RotationConfig, dependencies: SampleDependencies, lambda: LambdaContext,
): Promise<void> {
  const [fleet] = config.fleets;
  if (!fleet) throw new Error('the sample cannot be deployed without mail servers');
  dependencies.writeLog(JSON.stringify({ message: 'event received', event }));
  const context = {
    config,
    fleet,
    secretId: event.SecretId,
    token: event.ClientRequestToken,
    dependencies,
    pause: limitedPause(dependencies, Math.min(lambda.getRemainingTimeInMillis(), TIMEOUT)),
  };
  if (await isCurrent(context)) return;
  if (!Object.hasOwn(STEPS, event.Step)) throw new Error(`no such step: ${event.Step}`);
  await STEPS[event.Step](context);
}

function limitedPause({ clock }: SampleDependencies, time: number): StepContext['pause'] {
  const deadline = clock.now() + time;
  return async milliseconds => {
    const left = deadline - clock.now();
    await clock.sleep(Math.max(0, Math.min(milliseconds, left)));
    if (milliseconds >= left) throw new Error(`the task timed out after ${time / SECOND} seconds`);
  };
}

/** Whether there is nothing left to do, as the sample sees it; throws if the version is not the one that is being rotated. */
async function isCurrent({ secretId, token, dependencies }: StepContext): Promise<boolean> {
  const { RotationEnabled, VersionIdsToStages = {} } = await dependencies.secretsManager.send(new DescribeSecretCommand({ SecretId: secretId }));
  if (!RotationEnabled) throw new Error(`rotation of ${secretId} is not enabled`);
  const stages = VersionIdsToStages[token];
  if (!stages) throw new Error(`version ${token} of ${secretId} has no stage`);
  if (stages.includes('AWSCURRENT')) return true;
  if (!stages.includes('AWSPENDING')) throw new Error(`version ${token} of ${secretId} is not AWSPENDING`);
  return false;
}

async function createSecret(context: StepContext): Promise<void> {
  const { config, secretId, token, dependencies: { iam, secretsManager } } = context;
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: config.user.name }));
  const { AccessKeyId, SecretAccessKey } = AccessKey!;
  const password = smtpPassword(new SecretText(SecretAccessKey!), config.endpoint.region);
  try {
    await secretsManager.send(new PutSecretValueCommand({
      SecretId: secretId, ClientRequestToken: token, SecretString: `${AccessKeyId}:${password.reveal()}`, VersionStages: ['AWSPENDING'],
    }));
  } catch (cause) {
    if (!isAnswer(cause)) throw cause;
    await deleteAccessKey(context, AccessKeyId!);
    throw new Error('the value was not stored, so the new key was deleted', { cause });
  }
}

/** What boto3 calls a `ClientError`, the only failure that the sample undoes something for: the service answered. */
function isAnswer(error: unknown): boolean {
  return error instanceof SecretsManagerServiceException || error instanceof AwsError;
}

async function testSecret(context: StepContext): Promise<void> {
  const { config, secretId, token, dependencies, pause } = context;
  const { SecretString } = await dependencies.secretsManager.send(
    new GetSecretValueCommand({ SecretId: secretId, VersionId: token, VersionStage: 'AWSPENDING' }));
  const credential = splitCredential(SecretString!);
  const login = dependencies.loginAt(config.endpoint);
  for (let tries = 0; tries < LOGIN_TRIES; tries += 1) {
    const { outcome } = await login(credential);
    if (outcome === 'accepted') return;
    await pause(LOGIN_PAUSE);
  }
  throw new Error(`the endpoint accepted none of ${LOGIN_TRIES} logins`);
}

async function finishSecret(context: StepContext): Promise<void> {
  const [oldAccessKeyId] = (await readCurrent(context)).split(':');
  await promote(context);
  const credential = splitCredential(await readCurrent(context));
  const commandId = await sendCommand(context, credential);
  await waitForInvocations(context, commandId);
  await waitForCompletion(context, commandId);
  await checkInvocations(context, commandId);
  await deleteAccessKey(context, oldAccessKeyId);
}

async function readCurrent({ secretId, dependencies }: StepContext): Promise<string> {
  const { SecretString } = await dependencies.secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
  return SecretString!;
}

async function promote({ secretId, token, dependencies: { secretsManager } }: StepContext): Promise<void> {
  const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId: secretId }));
  const [current] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT')) ?? [];
  if (current === token) return;
  await secretsManager.send(new UpdateSecretVersionStageCommand({
    SecretId: secretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: current,
  }));
}

async function sendCommand({ fleet, dependencies }: StepContext, { username, password }: Credential): Promise<string> {
  const { Command } = await dependencies.ssm.send(new SendCommandCommand({
    Targets: fleet.targets?.map(({ key, values }) => ({ Key: key, Values: values })),
    InstanceIds: fleet.instanceIds,
    DocumentName: fleet.document.name,
    CloudWatchOutputConfig: { CloudWatchOutputEnabled: true },
    Parameters: { SESUsername: [username], SESPassword: [password.reveal()] },
  }));
  return Command!.CommandId!;
}

async function waitForInvocations(context: StepContext, commandId: string): Promise<void> {
  for (let tries = 0; tries < APPEARANCE_TRIES; tries += 1) {
    if ((await listInvocations(context, commandId)).length > 0) return;
    await context.pause(APPEARANCE_PAUSE);
  }
  throw new Error(`command ${commandId} reached no node`);
}

async function waitForCompletion(context: StepContext, commandId: string): Promise<void> {
  while (!await isComplete(context, commandId)) await context.pause(COMPLETION_PAUSE);
}

/** Compares with a list that is asked for anew after each node. */
async function isComplete(context: StepContext, commandId: string): Promise<boolean> {
  let complete = 0;
  let total: number | undefined;
  for (const { Status } of await listInvocations(context, commandId)) {
    if (Status !== 'Pending' && Status !== 'InProgress') complete += 1;
    total = (await listInvocations(context, commandId)).length;
  }
  return complete === total;
}

async function checkInvocations(context: StepContext, commandId: string): Promise<void> {
  const unsuccessful = (await listInvocations(context, commandId)).filter(({ Status }) => Status !== 'Success');
  if (unsuccessful.length > 0) throw new Error(unsuccessful.map(({ InstanceId, Status }) => `${InstanceId}: ${Status}`).join(', '));
}

/** The first page: the sample never asks for another one. */
async function listInvocations({ dependencies }: StepContext, commandId: string): Promise<CommandInvocation[]> {
  const { CommandInvocations = [] } = await dependencies.ssm.send(new ListCommandInvocationsCommand({ CommandId: commandId }));
  return CommandInvocations;
}

async function deleteAccessKey({ config, dependencies }: StepContext, accessKeyId: string): Promise<void> {
  await dependencies.iam.send(new DeleteAccessKeyCommand({ UserName: config.user.name, AccessKeyId: accessKeyId }));
}

function splitCredential(value: string): Credential {
  const [username, password, ...rest] = value.split(':');
  if (password === undefined || rest.length > 0) throw new Error('the secret is not of the form username:password');
  return { username, password: new SecretText(password) };
}
