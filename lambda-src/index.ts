import { awsClients } from './aws/clients';
import { respond } from './aws/respond';
import { systemClock } from './basics/time';
import { Dependencies, LambdaContext } from './context';
import { Invocation, invoke } from './invocation';
import { smtpLogin } from './smtp/login';
import { smtpSend } from './smtp/message';
import { CONFIG_VARIABLE, RotationConfig } from '../src/private/rotation-contract';

const dependencies: Dependencies = {
  ...awsClients(),
  loginAt: smtpLogin,
  sendAt: smtpSend,
  clock: systemClock,
  random: Math.random,
  writeLog: line => process.stdout.write(`${line}\n`),
  respond,
};

/** The entry point: Secrets Manager calls it for each step of a rotation, EventBridge every hour, and CloudFormation during deployments. */
export async function handler(event: Invocation, context: LambdaContext): Promise<unknown> {
  const config = JSON.parse(process.env[CONFIG_VARIABLE]!) as RotationConfig;
  return invoke(event, config, dependencies, context);
}
