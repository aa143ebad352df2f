import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { CONFIG_VARIABLE, RotationConfig } from '../src/rotation-contract';
import { AccessKeys } from './access-keys';
import { Log } from './log';
import { checkSecretId, RotationEvent, runStep } from './rotation';
import { RunCommand } from './run-command';
import { SecretVersions } from './secret-versions';
import { smtpLogin } from './smtp-login';
import { SECOND } from './time';

/** What the function keeps of its time to report a wait that is over, before Lambda cuts it off. */
const REPORTING_TIME = 20 * SECOND;

const requestHandler = { connectionTimeout: 5 * SECOND, requestTimeout: 10 * SECOND };
const secretsManager = new SecretsManagerClient({ requestHandler, maxAttempts: 4 });
const iam = new IAMClient({ requestHandler, maxAttempts: 4 });
const iamSingleTry = new IAMClient({ requestHandler, maxAttempts: 1 });
const ssm = new SSMClient({ requestHandler, maxAttempts: 4 });

const clock = {
  now: () => Date.now(),
  sleep: async (milliseconds: number) => new Promise<void>(resolve => setTimeout(resolve, milliseconds)),
};

/** The entry that Secrets Manager calls, one step of a rotation at a time. */
export async function handler(event: RotationEvent, context: { getRemainingTimeInMillis(): number }): Promise<void> {
  const config = JSON.parse(process.env[CONFIG_VARIABLE] ?? '{}') as RotationConfig;
  checkSecretId(event, config);
  const { ClientRequestToken: token, SecretId: secretArn, Step: step } = event;
  await runStep(event, {
    config,
    token,
    versions: new SecretVersions(secretsManager, secretArn),
    keys: new AccessKeys(iam, iamSingleTry, config.user.name),
    login: smtpLogin(config.endpoint),
    runCommand: new RunCommand(ssm),
    clock,
    random: Math.random,
    deadline: clock.now() + context.getRemainingTimeInMillis() - REPORTING_TIME,
    log: new Log({ secretArn, versionId: token, step }, line => process.stdout.write(`${line}\n`)),
  });
}
