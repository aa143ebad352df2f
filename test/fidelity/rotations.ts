import { IAM } from '@aws-sdk/client-iam';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Recorder } from './recorder';
import { Sequence } from './sequence';
import { CredentialDocument, MailServerTargets } from '../../src';
import { Scenario, ScenarioOptions, withFleet } from '../lambda-src/scenario';
import { ConnectionLost, Interceptor } from '../world';

type Story = (scenario: Scenario, recorder: Recorder) => Promise<unknown>;

const imported: ScenarioOptions = {
  before: world => {
    world.iam.createUser({ name: 'relay' });
    world.setupSecret({ name: 'relay/smtp' });
  },
  props: stack => ({
    user: User.fromUserName(stack, 'User', 'relay'),
    secret: Secret.fromSecretNameV2(stack, 'Secret', 'relay/smtp'),
  }),
};
const withMailServers: ScenarioOptions = {
  props: withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True')),
};

/** A rotation in the world, to be written down as calls. */
export class RecordedRotation {
  constructor(public readonly name: string, private readonly story: Story, private readonly options?: ScenarioOptions) {}

  public async record(): Promise<Sequence> {
    const scenario = new Scenario(this.options);
    const recorder = new Recorder(scenario);
    await this.story(scenario, recorder);
    return recorder.sequence(this.name);
  }
}

export const ROTATIONS = [
  new RecordedRotation('three rotations follow one another', threeRotations),
  new RecordedRotation('the reply of CreateAccessKey is lost', retryAfter(losing('CreateAccessKey', 'reply'))),
  new RecordedRotation('the reply of PutSecretValue is lost', retryAfter(losing('PutSecretValue', 'reply'))),
  new RecordedRotation('PutSecretValue never arrives', retryAfter(losing('PutSecretValue', 'call'))),
  new RecordedRotation('the promotion never arrives', retryAfter(losing('UpdateSecretVersionStage', 'call'))),
  new RecordedRotation('the reply of the promotion is lost', retryAfter(losing('UpdateSecretVersionStage', 'reply'))),
  new RecordedRotation('the pending key is deleted by hand', pendingKeyDeleted),
  new RecordedRotation('an imported, empty secret is rotated', threeRotations, imported),
  new RecordedRotation('a manual PutSecretValue abandons a rotation', abandoned),
  new RecordedRotation('rotations reach mail servers', rotationsWithMailServers, withMailServers),
];

async function threeRotations(scenario: Scenario): Promise<void> {
  for (let rotation = 0; rotation < 3; rotation++) await scenario.rotateWell();
}

async function rotationsWithMailServers(scenario: Scenario): Promise<void> {
  scenario.addNode('i-00000001');
  await threeRotations(scenario);
}

/** A rotation that goes well, so that there is something to lose, and one that needs a second attempt. */
function retryAfter(fault: Interceptor): Story {
  return async (scenario, recorder) => {
    await scenario.rotateWell();
    recorder.fault = fault;
    await scenario.rotateWell({ maxAttempts: 2 });
  };
}

async function pendingKeyDeleted(scenario: Scenario, recorder: Recorder): Promise<void> {
  await scenario.rotateWell();
  recorder.fault = losing('UpdateSecretVersionStage', 'call');
  await scenario.rotate();
  const AccessKeyId = String(scenario.value('AWSPENDING').username);
  await new IAM(scenario.world.clientConfig()).deleteAccessKey({ UserName: scenario.userName, AccessKeyId });
  await scenario.rotate();
  await scenario.rotateWell();
}

async function abandoned(scenario: Scenario, recorder: Recorder): Promise<void> {
  await scenario.rotateWell();
  recorder.fault = first(call => call.action === 'PutSecretValue', async (_call, proceed) => {
    const output = await proceed();
    await putByHand(scenario);
    return output;
  });
  await scenario.rotate();
  await scenario.rotateWell();
}

async function putByHand(scenario: Scenario): Promise<void> {
  await new SecretsManager(scenario.world.clientConfig()).putSecretValue({
    SecretId: scenario.secretArn,
    ClientRequestToken: 'b'.repeat(36),
    SecretString: JSON.stringify({ ...scenario.current, from: 'news@example.com' }),
  });
}

function losing(action: string, lost: 'call' | 'reply'): Interceptor {
  return first(call => call.action === action, async (_call, proceed) => {
    if (lost === 'reply') await proceed();
    throw new ConnectionLost();
  });
}

/** Does something to the first call that matches, and to no other. */
function first(matches: (...call: Parameters<Interceptor>) => boolean, intercept: Interceptor): Interceptor {
  let done = false;
  return async (call, proceed) => {
    if (done || !matches(call, proceed)) return proceed();
    done = true;
    return intercept(call, proceed);
  };
}
