import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { rotateLikeTheSample } from './sample';
import { SAMPLE, SAMPLE_STACK } from './subject';
import { RotationEvent } from '../../../lambda-src/rotation/rotation';
import { Scenario, ScenarioOptions } from '../../lambda-src/scenario';
import { loginTo } from '../../lambda-src/ses-sessions';
import { DeployedFunction } from '../../world';
import { NodeBehaviour, SimulatedNode, SmtpCredential, takesCredentialFromParameters } from '../../world/nodes';

/** The sample's stack for a scenario of its own. */
export const SAMPLE_SETTING: ScenarioOptions = { before: SAMPLE_STACK.before, props: stack => SAMPLE_STACK.props(stack, SAMPLE.document) };

/** The sample's function in the place of ours. */
export class SampleScenario extends Scenario {
  constructor() {
    super(SAMPLE_SETTING);
    this.world.functionInvoker = async (fn, event) => this.runSample(fn, event as RotationEvent);
  }

  /** What AWSCURRENT holds. */
  public get currentCredential(): SmtpCredential | undefined {
    const [username, password] = this.world.secretsManager.valueOf(this.secretArn)?.split(':') ?? [];
    return username && password ? { username, password } : undefined;
  }

  public override addNode(instanceId: string, behaviour: NodeBehaviour = takesCredentialFromParameters()): SimulatedNode {
    return super.addNode(instanceId, behaviour);
  }

  private async runSample(fn: DeployedFunction, event: RotationEvent): Promise<void> {
    const client = { ...this.world.clientConfig(fn.roleArn), maxAttempts: 1 };
    const iam = new IAMClient(client);
    await rotateLikeTheSample(event, this.config, {
      secretsManager: new SecretsManagerClient(client),
      iam,
      iamSingleTry: iam,
      ssm: new SSMClient(client),
      loginAt: loginTo(this.ses),
      clock: this.clock,
      random: () => 0.5,
      writeLog: line => this.logs.push(line),
      respond: async () => { throw new Error('the sample has no custom resource'); },
    }, { invokedFunctionArn: fn.arn, getRemainingTimeInMillis: () => fn.timeoutSeconds * 1000 });
  }
}
