import { awsClients } from './aws-clients';
import { Invocation, invoke } from './invocation';
import { Surroundings } from './rotation';
import { smtpLogin } from './smtp-login';
import { smtpSend } from './smtp-message';
import { systemClock } from './time';
import { CONFIG_VARIABLE, RotationConfig } from '../src/rotation-contract';

const surroundings: Surroundings = {
  ...awsClients(),
  loginAt: smtpLogin,
  sendAt: smtpSend,
  clock: systemClock,
  random: Math.random,
  writeLog: line => process.stdout.write(`${line}\n`),
};

/** The entry that Secrets Manager calls, one step of a rotation at a time, and EventBridge once an hour. */
export async function handler(event: Invocation, context: { getRemainingTimeInMillis(): number }): Promise<void> {
  const config = JSON.parse(process.env[CONFIG_VARIABLE]!) as RotationConfig;
  await invoke(event, config, surroundings, context.getRemainingTimeInMillis());
}
