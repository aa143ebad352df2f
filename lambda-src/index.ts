import { awsClients } from './aws-clients';
import { rotate, RotationEvent, Surroundings } from './rotation';
import { smtpLogin } from './smtp-login';
import { systemClock } from './time';
import { CONFIG_VARIABLE, RotationConfig } from '../src/rotation-contract';

const surroundings: Surroundings = {
  ...awsClients(),
  loginAt: smtpLogin,
  clock: systemClock,
  random: Math.random,
  writeLog: line => process.stdout.write(`${line}\n`),
};

/** The entry that Secrets Manager calls, one step of a rotation at a time. */
export async function handler(event: RotationEvent, context: { getRemainingTimeInMillis(): number }): Promise<void> {
  const config = JSON.parse(process.env[CONFIG_VARIABLE]!) as RotationConfig;
  await rotate(event, config, surroundings, context.getRemainingTimeInMillis());
}
