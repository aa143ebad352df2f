import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Invocation, invoke } from '../../lambda-src/invocation';
import { CONFIG_VARIABLE, RotationConfig } from '../../src/private/rotation-contract';
import { loginTo, sendTo } from '../lambda-src/ses-sessions';
import { DeployedFunction, World } from '../world';
import { SesSmtp } from '../world/services/ses-smtp';

export interface FunctionRunsOptions {
  readonly world: World;
  readonly ses: SesSmtp;
  readonly writeLog: (line: string, fn: DeployedFunction) => void;
  /** The function, if not that of this library. */
  readonly invoke?: typeof invoke;
}

/** Runs the functions of a world in this process, in its time. */
export class FunctionRuns {
  constructor(private readonly options: FunctionRunsOptions) {}

  public async run(fn: DeployedFunction, event: Invocation): Promise<unknown> {
    const { ses, world, writeLog } = this.options;
    const { clock, customResources } = world;
    const client = { ...world.clientConfig(fn.roleArn), maxAttempts: 1 };
    const checkTime = this.stopwatch(fn);
    const result = await (this.options.invoke ?? invoke)(event, JSON.parse(fn.environment[CONFIG_VARIABLE]) as RotationConfig, {
      secretsManager: new SecretsManagerClient(client),
      iam: new IAMClient(client),
      iamSingleTry: new IAMClient(client),
      ssm: new SSMClient(client),
      loginAt: loginTo(ses),
      sendAt: sendTo(ses),
      clock,
      random: () => 0.5,
      writeLog: line => writeLog(line, fn),
      respond: async (url, body) => {
        checkTime();
        customResources.answer(url, body);
      },
    }, { invokedFunctionArn: fn.arn, getRemainingTimeInMillis: () => fn.timeoutSeconds * 1000 });
    checkTime();
    return result;
  }

  /** Lambda ends an invocation after a time: what comes later does not come. */
  private stopwatch({ timeoutSeconds }: DeployedFunction): () => void {
    const { clock } = this.options.world;
    const end = clock.now() + timeoutSeconds * 1000;
    return () => {
      if (clock.now() > end) throw new Error(`Task timed out after ${timeoutSeconds} seconds`);
    };
  }
}
