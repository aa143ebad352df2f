import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { rotateLikeTheSample } from './sample';
import { RotationEvent } from '../../../lambda-src/rotation';
import { SmtpLogin } from '../../../lambda-src/smtp-login';
import { CredentialDocument, CredentialFormat, MailServerTargets } from '../../../src';
import { EndpointConfig } from '../../../src/rotation-contract';
import { Scenario, ScenarioOptions } from '../../lambda-src/scenario';
import { DeployedFunction, DocumentContent } from '../../world';
import { NodeBehaviour, SimulatedNode, SmtpCredential, takesCredentialFromParameters } from '../../world/nodes';

const SECRET_NAME = 'SESSendSecret';
const DOCUMENT_NAME = 'UpdatePostfix';

const DOCUMENT: DocumentContent = {
  schemaVersion: '2.2',
  parameters: { SESUsername: { type: 'String' }, SESPassword: { type: 'String' } },
  mainSteps: [{ action: 'aws:runShellScript', name: 'updatePostfix', inputs: { runCommand: ['true'] } }],
};

/** What the sample's stack comes down to: an empty secret, one tag, one document that takes the credential as parameters. */
export const SAMPLE_SETTING: ScenarioOptions = {
  before: world => {
    world.setupSecret({ name: SECRET_NAME });
    world.ssm.documents.register({ name: DOCUMENT_NAME, content: DOCUMENT });
  },
  props: stack => ({
    secret: Secret.fromSecretNameV2(stack, 'Secret', SECRET_NAME),
    credentialFormat: CredentialFormat.usernameColonPassword(),
    mailServers: [{
      targets: MailServerTargets.tag('EmailServers', 'True'),
      document: CredentialDocument.existingWithCredential(DOCUMENT_NAME),
    }],
  }),
};

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
      loginAt: endpoint => this.login(endpoint),
      clock: this.clock,
      random: () => 0.5,
      writeLog: line => this.logs.push(line),
    }, fn.timeoutSeconds * 1000);
  }

  private login({ region }: EndpointConfig): SmtpLogin {
    return async ({ username, password }) => {
      const result = this.ses.login(username, password.reveal(), { region });
      return result.ok ? { outcome: 'accepted', reply: '235' } : { outcome: 'refused', reply: `${result.code} ${result.message}` };
    };
  }
}
