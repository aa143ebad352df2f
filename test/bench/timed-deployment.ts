import { join } from 'node:path';
import { FUNCTION_MODULE } from './asset';
import { FLEET_TAG } from './stacks';
import { DefineStack, LocalAws } from '../demo/local-aws';
import { World } from '../world';
import { applicableVersions, appliesCredential, NodeBehaviour, SimulatedNode } from '../world/nodes';

/** What a rotation costs the function. */
export interface Cost {
  /** How often it called each action. */
  readonly calls: Record<string, number>;
  readonly smtpLogins: number;
  /** Without its pauses: its own work, and the replies of AWS and SES. */
  readonly milliseconds: number;
  /** Its own work alone. */
  readonly cpuMilliseconds: number;
  /** The pauses. */
  readonly waitedMilliseconds: number;
  /** The most memory that its process has ever had, garbage included, over what it had when it was loaded. */
  readonly residentBytes: number;
  /** The most memory that it has ever had in use, over what it had when it was loaded; 0 unless it is weighed. */
  readonly inUseBytes: number;
}

/** What test/bench/timed-function returns. */
interface Invocation {
  readonly milliseconds: number;
  readonly waited: number;
  readonly cpu: number;
  readonly residentBytes: number;
  readonly inUseBytes: number;
}

const TIMED_FUNCTION = join(__dirname, 'timed-function');
/** Run Command returns 2,500 characters of what a node prints. */
const CHATTER = 'x'.repeat(2500);

/** A stack in a local AWS of its own, whose function is timed in a process of its own. */
export class TimedDeployment {
  /** @param measures `WEIGHED` for a function that is weighed while it runs: then its times are worth nothing */
  public static async start(define: DefineStack, mailServers: number, measures: { WEIGHED?: string } = {}): Promise<TimedDeployment> {
    const aws = await LocalAws.start();
    const deployment = aws.deploy(define);
    for (const fn of Object.values(deployment.functions)) {
      aws.world.functions.add({ ...fn, codeDirectory: TIMED_FUNCTION, environment: { ...fn.environment, FUNCTION_MODULE, ...measures } });
    }
    aws.world.ssm.nodes.push(...Array.from({ length: mailServers }, (_, index) => mailServer(aws.world, index)));
    const [{ arn }] = Object.values(deployment.secrets);
    return new TimedDeployment(aws, arn);
  }

  private constructor(private readonly aws: LocalAws, private readonly secretArn: string) {}

  public async rotate(): Promise<Cost> {
    const { aws } = this;
    const invocations: Invocation[] = [];
    const before = { calls: aws.world.calls.length, logins: aws.ses.logins.length };
    aws.aroundInvocation = async (_event, invoke) => {
      invocations.push(await invoke() as Invocation);
    };
    const { attempts, succeeded } = await aws.world.rotation.rotate(this.secretArn);
    if (!succeeded) throw attempts.at(-1)?.at(-1)?.error;
    const waitedMilliseconds = sum(invocations.map(invocation => invocation.waited));
    return {
      calls: count(aws.world.calls.slice(before.calls).map(call => call.action)),
      smtpLogins: aws.ses.logins.length - before.logins,
      milliseconds: sum(invocations.map(invocation => invocation.milliseconds)) - waitedMilliseconds,
      cpuMilliseconds: sum(invocations.map(invocation => invocation.cpu)),
      waitedMilliseconds,
      residentBytes: Math.max(...invocations.map(invocation => invocation.residentBytes)),
      inUseBytes: Math.max(...invocations.map(invocation => invocation.inUseBytes)),
    };
  }

  public async close(): Promise<void> {
    await this.aws.close();
  }
}

export function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function count(actions: string[]): Record<string, number> {
  const names = [...new Set(actions)];
  return Object.fromEntries(names.map(name => [name, actions.filter(action => action === name).length]));
}

/** Takes every credential at once, and prints a lot: the bench measures the function, not the servers. */
function mailServer(world: World, index: number): SimulatedNode {
  const apply = appliesCredential(applicableVersions(world.secretsManager));
  const behaviour: NodeBehaviour = async (...command) =>
    (await apply(...command)).map(step => ({ ...step, output: step.output + CHATTER }));
  return new SimulatedNode({ instanceId: `i-${String(index).padStart(17, '0')}`, tags: FLEET_TAG, behaviour });
}
