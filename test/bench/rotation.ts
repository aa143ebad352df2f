import { join } from 'node:path';
import { FUNCTION_MODULE } from './asset';
import { FLEET_TAG, fleetStack, secretOnlyStack } from './stacks';
import { DefineStack, LocalAws } from '../demo/local-aws';
import { World } from '../world';
import { appliesCredential, SimulatedNode } from '../world/nodes';

export interface RotationCost {
  readonly rotation: 'first' | 'third';
  readonly mailServers: number;
  readonly awsCalls: number;
  readonly smtpLogins: number;
  /** In the function without its pauses: its own work, and the replies of AWS and SES. */
  readonly milliseconds: number;
  /** Its own work alone. */
  readonly cpuMilliseconds: number;
  /** The pauses. */
  readonly waitedMilliseconds: number;
}

/** What test/bench/timed-function returns. */
interface Invocation {
  readonly milliseconds: number;
  readonly waited: number;
  readonly cpu: number;
}

const TIMED_FUNCTION = join(__dirname, 'timed-function');

/** The first rotation, which also starts the process's work, and the third, which is the first one that frees a key slot. */
export async function rotationCosts(): Promise<RotationCost[]> {
  return [...await costsOf(secretOnlyStack, 0), ...await costsOf(fleetStack, 3)];
}

async function costsOf(define: DefineStack, mailServers: number): Promise<RotationCost[]> {
  const aws = await LocalAws.start();
  try {
    const deployment = aws.deploy(define);
    for (const fn of Object.values(deployment.functions)) {
      aws.world.functions.add({ ...fn, codeDirectory: TIMED_FUNCTION, environment: { ...fn.environment, FUNCTION_MODULE } });
    }
    aws.world.ssm.nodes.push(...Array.from({ length: mailServers }, (_, index) => mailServer(aws.world, index)));
    const [{ arn }] = Object.values(deployment.secrets);
    const first = await measure(aws, arn);
    await measure(aws, arn);
    const third = await measure(aws, arn);
    return [{ rotation: 'first', mailServers, ...first }, { rotation: 'third', mailServers, ...third }];
  } finally {
    await aws.close();
  }
}

async function measure(aws: LocalAws, secretArn: string): Promise<Omit<RotationCost, 'rotation' | 'mailServers'>> {
  const invocations: Invocation[] = [];
  const before = { calls: aws.world.calls.length, logins: aws.ses.logins.length };
  aws.aroundInvocation = async (_event, invoke) => {
    invocations.push(await invoke() as Invocation);
  };
  const { attempts, succeeded } = await aws.world.rotation.rotate(secretArn);
  if (!succeeded) throw attempts.at(-1)?.at(-1)?.error;
  const waitedMilliseconds = sum(invocations.map(invocation => invocation.waited));
  return {
    awsCalls: aws.world.calls.length - before.calls,
    smtpLogins: aws.ses.logins.length - before.logins,
    milliseconds: sum(invocations.map(invocation => invocation.milliseconds)) - waitedMilliseconds,
    cpuMilliseconds: sum(invocations.map(invocation => invocation.cpu)),
    waitedMilliseconds,
  };
}

/** Takes every credential at once: the bench measures the function, not the servers. */
function mailServer(world: World, index: number): SimulatedNode {
  const behaviour = appliesCredential((secretArn, versionId) =>
    world.secretsManager.secret(secretArn).versions.get(versionId)?.value?.SecretString ?? '');
  return new SimulatedNode({ instanceId: `i-0000000000000000${index}`, tags: FLEET_TAG, behaviour });
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
