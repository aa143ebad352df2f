import { LocalAws } from './local-aws';
import { MailClient } from './mail-client';
import { MailServer } from './mail-server';
import { Progress } from './progress';
import { serverStates, Snapshot, takeSnapshot } from './snapshot';
import { Recorder, Timeline } from './timeline';
import { Deployment, RotationOutcome } from '../world';

/** One rotation, with the mail that went out meanwhile and afterwards. */
export interface RotationReport {
  readonly title: string;
  readonly succeeded: boolean;
  readonly token: string;
  readonly seconds: number;
  readonly timeline: Timeline;
  /** What the function said when a step failed. */
  readonly error?: string;
  readonly after: Snapshot;
}

/** The construct in the example with the mail servers. */
const FLEET_CONSTRUCT = /^Credential/;
const SENDER = 'newsletter@example.com';
const SERVERS = ['i-00000000000000001', 'i-00000000000000002', 'i-00000000000000003'];
/** How long SES refuses a new key, in milliseconds. */
const PROPAGATION_DELAY = 2000;

/** The example's stack in a local AWS, with three mail servers that relay through SES. */
export class Newsletter {
  public static async start(aws: LocalAws, deployment: Deployment, progress: Progress): Promise<Newsletter> {
    aws.ses.setFaults({ propagationDelay: PROPAGATION_DELAY, closeAfterRefusal: true });
    aws.world.ssm.resolutionDelay = 300;
    const functionRoles = Object.values(deployment.functions).map(fn => fn.roleArn);
    const instanceRole = only(Object.values(deployment.roles).filter(role => !functionRoles.includes(role.arn)), 'role for the mail servers');
    const host = aws.smtp.hosts[0];
    const servers = await Promise.all(SERVERS.map(async (instanceId, index) => MailServer.install({
      instanceId,
      tags: { EmailServers: 'True' },
      startsAfter: index * 300,
      environment: aws.machineEnvironment(instanceRole.arn),
      relay: `[${host}]:587`,
    })));
    aws.world.ssm.nodes.push(...servers);
    const client = new MailClient(aws, { host, sender: SENDER });
    const [secret, user] = [only(ofFleet(deployment.secrets), 'secret'), only(ofFleet(deployment.users), 'user')];
    return new Newsletter(aws, servers, client, secret.arn, user.name, progress);
  }

  private readonly recorder: Recorder;

  private constructor(
    public readonly aws: LocalAws,
    public readonly servers: MailServer[],
    public readonly client: MailClient,
    private readonly secretArn: string,
    private readonly userName: string,
    private readonly progress: Progress,
  ) {
    this.recorder = new Recorder(aws.world, secretArn);
    const listeners = [progress, this.recorder];
    aws.onLog = line => listeners.forEach(listener => listener.functionLine(line));
    aws.aroundInvocation = async ({ Step }, invoke) => this.recorder.step(Step, invoke);
    for (const server of servers) server.onEvent = event => listeners.forEach(listener => listener.serverEvent(server.instanceId, event));
  }

  /** Rotates once while the servers go on sending; afterwards, each of them sends a message. */
  public async rotate(title: string): Promise<RotationReport> {
    this.progress.begin(title);
    const sent = this.client.deliveries.length;
    this.recorder.begin(await serverStates(this.servers));
    const start = Date.now();
    const meanwhile = `during the ${title}`;
    const outcome = await this.client.keepSending(this.servers, meanwhile, async () => this.aws.world.rotation.rotate(this.secretArn));
    this.recorder.lookAtLabels();
    const seconds = (Date.now() - start) / 1000;
    const { accepted, refused } = this.client.count(meanwhile);
    this.progress.end(`${outcome.succeeded ? 'rotated' : 'rotation refused'}; meanwhile SES accepted ${accepted} messages and refused ${refused}`);
    for (const server of this.servers) await this.client.sendFrom(server, `after the ${title}`);
    const { succeeded, token } = outcome;
    const timeline = this.recorder.end(this.client.deliveries.slice(sent));
    return { title, succeeded, token, seconds, timeline, error: errorOf(outcome), after: await this.snapshot() };
  }

  public async close(): Promise<void> {
    await Promise.all(this.servers.map(async server => server.remove()));
  }

  private async snapshot(): Promise<Snapshot> {
    return takeSnapshot(this.aws.world, this.secretArn, this.userName, this.servers);
  }
}

function errorOf({ attempts }: RotationOutcome): string | undefined {
  const error = attempts.at(-1)?.at(-1)?.error;
  return error instanceof Error ? error.message : undefined;
}

function ofFleet<T>(resources: Record<string, T>): T[] {
  return Object.entries(resources).filter(([logicalId]) => FLEET_CONSTRUCT.test(logicalId)).map(([, resource]) => resource);
}

function only<T>(found: T[], what: string): T {
  if (found.length !== 1) throw new Error(`the demo's stack must have one ${what}, found ${found.length}`);
  return found[0];
}
