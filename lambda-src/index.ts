import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Invocation, invoke } from './invocation';
import { Surroundings } from './rotation';
import { smtpLogin } from './smtp-login';
import { SECOND, systemClock } from './time';
import { CONFIG_VARIABLE, RotationConfig } from '../src/rotation-contract';

const requestHandler = { connectionTimeout: 5 * SECOND, requestTimeout: 10 * SECOND };

const surroundings: Surroundings = {
  secretsManager: new SecretsManagerClient({ requestHandler, maxAttempts: 4 }),
  iam: new IAMClient({ requestHandler, maxAttempts: 4 }),
  iamSingleTry: new IAMClient({ requestHandler, maxAttempts: 1 }),
  ssm: new SSMClient({ requestHandler, maxAttempts: 4 }),
  loginAt: smtpLogin,
  clock: systemClock,
  random: Math.random,
  writeLog: line => process.stdout.write(`${line}\n`),
};

/** The entry that Secrets Manager calls, one step of a rotation at a time, and EventBridge once an hour. */
export async function handler(event: Invocation, context: { getRemainingTimeInMillis(): number }): Promise<void> {
  const config = JSON.parse(process.env[CONFIG_VARIABLE]!) as RotationConfig;
  await invoke(event, config, surroundings, context.getRemainingTimeInMillis());
}
