import { AccessKeys } from './aws/access-keys';
import { AwsClients } from './aws/clients';
import { RunCommand } from './aws/run-command';
import { SecretVersions } from './aws/secret-versions';
import { Log } from './basics/log';
import { Clock, SECOND } from './basics/time';
import { SmtpLogin } from './smtp/login';
import { SmtpSend } from './smtp/message';
import { EndpointConfig, RotationConfig, UserConfig } from '../src/private/rotation-contract';

/** What the function keeps of its time to report a wait that is over, before Lambda cuts it off. */
const REPORTING_TIME = 45 * SECOND;
/** The longest time from the last look of createSecret at its version to the key that it makes. */
export const LATE_KEY_TIME = 60 * SECOND;

/** What the function reaches the world through. Tests put a world of their own in its place. */
export interface Dependencies extends AwsClients {
  readonly loginAt: (endpoint: EndpointConfig) => SmtpLogin;
  readonly sendAt: (endpoint: EndpointConfig) => SmtpSend;
  readonly clock: Clock;
  readonly random: () => number;
  readonly writeLog: (line: string) => void;
  /** Sends CloudFormation the answer that it waits for. */
  readonly respond: (url: string, body: string) => Promise<void>;
}

/** What Lambda says of a call. */
export interface LambdaContext {
  /** The function, as it was called: a version or an alias can follow. */
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

/** What a call of the function works with. */
export interface Context extends Pick<Dependencies, 'loginAt' | 'sendAt' | 'clock' | 'random' | 'respond'> {
  readonly config: RotationConfig;
  readonly versions: SecretVersions;
  readonly keys: AccessKeys;
  readonly runCommand: RunCommand;
  /** This function, as Secrets Manager knows it. */
  readonly functionArn: string;
  /** Whether Secrets Manager calls the next step of the rotation, which has time of its own. */
  readonly hasNextStep: boolean;
  /** The moment at which every wait must be over. */
  readonly end: number;
  readonly log: Log;
}

/** The context of a call, in the time that is left to it. */
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

/** The same call with another user and secret. */
export function forCredential(context: Context, { secretArn, user }: { readonly secretArn: string; readonly user: UserConfig }): Context {
  return {
    ...context,
    config: { ...context.config, secretArn, user },
    versions: context.versions.ofSecret(secretArn),
    keys: context.keys.ofUser(user.name),
    log: context.log.with({ secretArn }),
  };
}

/** The same call, with a name that every line of its log carries. */
export function inStep(context: Context, step: string, versionId?: string): Context {
  return { ...context, log: context.log.with({ versionId, step }) };
}

/** The same call with time kept back, so that a teardown can look once more for keys that come late. */
export function beforeLateKeys(context: Context): Context {
  return { ...context, end: context.end - LATE_KEY_TIME };
}

/** The ARN of a function without a version or an alias. */
export function unqualified(functionArn: string): string {
  return functionArn.split(':').slice(0, 7).join(':');
}
