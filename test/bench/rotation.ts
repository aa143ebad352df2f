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
  /** In the function, without its waits. */
  readonly milliseconds: number;
  /** What the function waited for nodes, on top of that. */
  readonly waitedMilliseconds: number;
}

/** What test/bench/timed-function returns. */
interface Timing {
  readonly milliseconds: number;
  readonly waited: number;
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
  const timings: Timing[] = [];
  const before = { calls: aws.world.calls.length, logins: aws.ses.logins.length };
  aws.aroundInvocation = async (_event, invoke) => {
    timings.push(await invoke() as Timing);
  };
  const { attempts, succeeded } = await aws.world.rotation.rotate(secretArn);
  if (!succeeded) throw attempts.at(-1)?.at(-1)?.error;
  const waitedMilliseconds = sum(timings.map(timing => timing.waited));
  return {
    awsCalls: aws.world.calls.length - before.calls,
    smtpLogins: aws.ses.logins.length - before.logins,
    milliseconds: sum(timings.map(timing => timing.milliseconds)) - waitedMilliseconds,
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
