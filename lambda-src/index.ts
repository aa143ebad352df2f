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

/** The entry that Secrets Manager calls, one step of a rotation at a time, EventBridge once an hour, and CloudFormation when it deploys. */
export async function handler(event: Invocation, context: LambdaContext): Promise<unknown> {
  const config = JSON.parse(process.env[CONFIG_VARIABLE]!) as RotationConfig;
  return invoke(event, config, dependencies, context);
}
