import { LocalAws } from './local-aws';
import { MailClient } from './mail-client';
import { MailServer } from './mail-server';
import { Progress } from './progress';
import { serverStates, Snapshot, takeSnapshot } from './snapshot';
import { Recorder, Timeline } from './timeline';
import { DAY } from '../../lambda-src/basics/time';
import { WATCHDOG_EVENT } from '../../src/private/rotation-contract';
import { DeployedFunction, Deployment, RotationOutcome } from '../world';

/** One rotation, with the mail that went out meanwhile and afterwards. */
export interface RotationReport {
  readonly title: string;
  readonly succeeded: boolean;
  readonly token: string;
  readonly seconds: number;
  readonly timeline: Timeline;
  /** What the function said when a step failed. */
  readonly error?: string;
  /** How often in a row SES had accepted the new key when the first server got it. */
  readonly loginsInARow: number;
  readonly after: Snapshot;
}

/** What the hourly runs did with a key that had been replaced. */
export interface GraceReport {
  readonly afterGrace: Snapshot;
  /** A day later. */
  readonly end: Snapshot;
  /** What the watchdog found wrong. */
  readonly problems: string[];
}

/** The resources behind the credential of the mail servers. */
interface NewsletterCredential {
  readonly secretArn: string;
  readonly userName: string;
  readonly fn: DeployedFunction;
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
    const fn = only(ofFleet(deployment.functions), 'function');
    return new Newsletter(aws, servers, client, { secretArn: secret.arn, userName: user.name, fn }, progress);
  }

  private readonly recorder: Recorder;
  private loginsInARow?: number;

  private constructor(
    public readonly aws: LocalAws,
    public readonly servers: MailServer[],
    public readonly client: MailClient,
    private readonly credential: NewsletterCredential,
    private readonly progress: Progress,
  ) {
    this.recorder = new Recorder(aws.world, credential.secretArn);
    const listeners = [progress, this.recorder];
    aws.onLog = line => listeners.forEach(listener => listener.functionLine(line));
    aws.aroundInvocation = async ({ Step }, invoke) => Step === undefined ? invoke() : this.recorder.step(Step, invoke);
    for (const server of servers) {
      server.onEvent = event => {
        this.loginsInARow ??= this.countLoginsInARow();
        listeners.forEach(listener => listener.serverEvent(server.instanceId, event));
      };
    }
  }

  /** Rotates once while the servers go on sending; afterwards, each of them sends a message. */
  public async rotate(title: string): Promise<RotationReport> {
    this.progress.begin(title);
    const sent = this.client.deliveries.length;
    this.recorder.begin(await serverStates(this.servers));
    this.loginsInARow = undefined;
    const start = Date.now();
    const meanwhile = `during the ${title}`;
    const outcome = await this.client.keepSending(this.servers, meanwhile, async () => this.aws.world.rotation.rotate(this.credential.secretArn));
    this.recorder.lookAtLabels();
    const seconds = (Date.now() - start) / 1000;
    const { accepted, refused } = this.client.count(meanwhile);
    this.progress.end(`${outcome.succeeded ? 'rotated' : 'rotation refused'}; meanwhile SES accepted ${accepted} messages and refused ${refused}`);
    for (const server of this.servers) await this.client.sendFrom(server, `after the ${title}`);
    const { succeeded, token } = outcome;
    const timeline = this.recorder.end(this.client.deliveries.slice(sent));
    const { loginsInARow = 0 } = this;
    return { title, succeeded, token, seconds, timeline, error: errorOf(outcome), loginsInARow, after: await this.snapshot() };
  }

  /** Days pass in a moment, until the previous key is gone; afterwards, each server sends a message. */
  public async passGrace(): Promise<GraceReport> {
    this.progress.begin('grace period of the previous key');
    const problems = [await this.watch()];
    this.aws.clock.leap(DAY);
    problems.push(await this.watch());
    const afterGrace = await this.snapshot();
    this.aws.clock.leap(DAY);
    problems.push(await this.watch());
    for (const server of this.servers) await this.client.sendFrom(server, 'after the grace period');
    return { afterGrace, end: await this.snapshot(), problems: problems.flatMap(problem => problem ?? []) };
  }

  /** The hourly run; returns what it found wrong. */
  private async watch(): Promise<string | undefined> {
    try {
      await this.aws.world.functionInvoker?.(this.credential.fn, WATCHDOG_EVENT);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Only the function can log in with a key that no server has yet. */
  private countLoginsInARow(): number {
    const newest = this.aws.world.iam.keysOf(this.credential.userName).at(-1)?.accessKeyId;
    const codes = this.aws.ses.logins.filter(({ username }) => username === newest).map(({ code }) => code);
    const refusal = codes.reverse().findIndex(code => code !== 235);
    return refusal < 0 ? codes.length : refusal;
  }

  public async close(): Promise<void> {
    await Promise.all(this.servers.map(async server => server.remove()));
  }

  private async snapshot(): Promise<Snapshot> {
    const { secretArn, userName } = this.credential;
    return takeSnapshot(this.aws.world, secretArn, userName, this.servers);
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
