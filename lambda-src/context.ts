import { AccessKeys } from './aws/access-keys';
import { AwsClients } from './aws/clients';
import { RunCommand } from './aws/run-command';
import { SecretVersions } from './aws/secret-versions';
import { Log } from './basics/log';
import { Clock, SECOND } from './basics/time';
import { SmtpLogin } from './smtp/login';
import { SmtpSend } from './smtp/message';
import { EndpointConfig, RotationConfig, UserConfig } from '../src/private/rotation-contract';

/** The time that the function reserves to report the end of a wait before Lambda stops it. */
const REPORTING_TIME = 45 * SECOND;
/** The longest time between createSecret's last check of its version and the creation of a key. */
export const LATE_KEY_TIME = 60 * SECOND;

/** Everything through which the function reaches the world. Tests replace it by a world of their own. */
export interface Dependencies extends AwsClients {
  readonly loginAt: (endpoint: EndpointConfig) => SmtpLogin;
  readonly sendAt: (endpoint: EndpointConfig) => SmtpSend;
  readonly clock: Clock;
  readonly random: () => number;
  readonly writeLog: (line: string) => void;
  /** Sends CloudFormation the response that it waits for. */
  readonly respond: (url: string, body: string) => Promise<void>;
}

/** What Lambda reports about a call. */
export interface LambdaContext {
  /** The ARN that was invoked. It can end in a version or an alias. */
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

/** What a call of the function works with. */
export interface Context extends Pick<Dependencies, 'loginAt' | 'sendAt' | 'clock' | 'random' | 'respond'> {
  readonly config: RotationConfig;
  readonly versions: SecretVersions;
  readonly keys: AccessKeys;
  readonly runCommand: RunCommand;
  /** This function's ARN as Secrets Manager knows it. */
  readonly functionArn: string;
  /** Whether Secrets Manager calls another step after this one, with a time limit of its own. */
  readonly hasNextStep: boolean;
  /** The moment at which every wait must be over. */
  readonly end: number;
  readonly log: Log;
}

/** Creates the context of a call, which ends with the call's remaining time. */
export function createContext(config: RotationConfig, dependencies: Dependencies, lambda: LambdaContext): Context {
  const { clock, iam, iamSingleTry, loginAt, random, respond, secretsManager, sendAt, ssm, writeLog } = dependencies;
  const { secretArn, user } = config;
  return {
    config,
    versions: new SecretVersions(secretsManager, secretArn),
    keys: new AccessKeys(iam, iamSingleTry, user.name),
    runCommand: new RunCommand(ssm),
    hasNextStep: false,
    functionArn: unqualified(lambda.invokedFunctionArn),
    loginAt,
    sendAt,
    clock,
    random,
    respond,
    end: clock.now() + lambda.getRemainingTimeInMillis() - REPORTING_TIME,
    log: new Log({ secretArn }, writeLog),
  };
}

/** The same call, for another user and secret. */
export function forCredential(context: Context, { secretArn, user }: { readonly secretArn: string; readonly user: UserConfig }): Context {
  return {
    ...context,
    config: { ...context.config, secretArn, user },
    versions: context.versions.ofSecret(secretArn),
    keys: context.keys.ofUser(user.name),
    log: context.log.with({ secretArn }),
  };
}

/** The same call, with the step's name in every log line. */
export function inStep(context: Context, step: string, versionId?: string): Context {
  return { ...context, log: context.log.with({ versionId, step }) };
}

/** The same call with less time, so that a teardown can check once more for keys that are created late. */
export function beforeLateKeys(context: Context): Context {
  return { ...context, end: context.end - LATE_KEY_TIME };
}

/** The ARN of a function without a version or an alias. */
export function unqualified(functionArn: string): string {
  return functionArn.split(':').slice(0, 7).join(':');
}
