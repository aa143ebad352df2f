import { inspect } from 'node:util';
import { Disturbed, never, Strike as StrikeAt, Strikes as StrikesAt, Watcher } from './disturbed';
import { Point } from './point';
import { keyIn, Promises } from './promises';
import { RunningInvocation } from './running-invocation';
import { Setup, templateOf } from './setups';
import { OURS, Subject } from './subject';
import { DAY, HOUR, SECOND } from '../../lambda-src/basics/time';
import { Invocation as FunctionEvent } from '../../lambda-src/invocation';
import { CONFIG_VARIABLE, RotationConfig, WATCHDOG_EVENT } from '../../src/private/rotation-contract';
import {
  CURRENT, deploy, DeployedFunction, holderOf, PENDING, PREVIOUS, Principal, RotationOptions, RotationOutcome, Secret, SecretVersion,
  VirtualClock, World,
} from '../world';
import { Template } from '../world/cloudformation/template';
import { NodeOptions, SimulatedNode } from '../world/nodes';
import { expectedPassword, SesSmtp } from '../world/services/ses-smtp';

export type Strike = StrikeAt<Lab>;

export type Strikes = StrikesAt<Lab>;

export interface LabOptions {
  readonly subject?: Subject;
  /** The SDK sends a request again that got no answer, was throttled or met a server error, as in Lambda. */
  readonly sdkRetries?: boolean;
  /** Where something has happened already; otherwise a new world. */
  readonly past?: Past;
}

export interface Past {
  readonly clock: VirtualClock;
  readonly world: World;
}

/**
 * A deployed construct in a world of its own, in virtual time, where anything can go wrong at any effect of
 * the function and of the servers, and where the promises are looked at after each of them.
 */
export class Lab extends Disturbed {
  public readonly clock: VirtualClock;
  public readonly world: World;
  public readonly ses: SesSmtp;
  public readonly template: Template;
  public readonly secret: Secret;
  public readonly config: RotationConfig;
  public readonly promises: Promises;
  /** Decides what goes wrong at a point. */
  public faultAt: (point: Point) => Strikes | undefined = nothing;
  /** Is told when an invocation has ended. */
  public afterInvocation: (number: number) => void = nothing;
  /** How far Secrets Manager is: the rotation, its attempt, and how the last step of it ended. */
  public readonly position = { rotation: 0, attempt: 0, step: '', failed: false };

  protected readonly watcher: Watcher<RunningInvocation> = {
    noteCall: (call, { step }) => this.promises.noteCall(call, step),
    noteReply: (call, output) => this.promises.noteReply(call, output),
    noteLogin: (username, region) => this.promises.noteLogin(username, region),
    check: point => this.promises.check(point),
  };

  private readonly subject: Subject;
  private readonly fn: DeployedFunction;
  private readonly accessKeyId: string;
  private invocations = 0;
  /** What CloudFormation was answered last. */
  private answer = '';

  constructor(public readonly setup: Setup, options: LabOptions = {}) {
    super(options.sdkRetries);
    this.subject = options.subject ?? OURS;
    const { clock, world } = options.past ?? newWorld();
    this.clock = clock;
    this.world = world;
    this.ses = new SesSmtp({ credentials: world.iam, clock });
    setup.before?.(this.world);
    this.template = templateOf(setup, this.subject.document);
    const { functions } = deploy(this.template, this.world, { stackName: 'Mail' });
    [this.fn] = Object.values(functions);
    this.accessKeyId = this.world.credentialsFor(this.fn.roleArn).accessKeyId;
    this.config = JSON.parse(this.fn.environment[CONFIG_VARIABLE]) as RotationConfig;
    [this.secret] = this.world.secretsManager.allSecrets();
    this.promises = new Promises(this);
    this.world.functionInvoker = async (_fn, event) => this.run(event as FunctionEvent);
    setup.servers.forEach(server => this.addServer(server));
  }

  public get current(): SecretVersion | undefined {
    return holderOf(this.secret, CURRENT);
  }

  public get pending(): SecretVersion | undefined {
    return holderOf(this.secret, PENDING);
  }

  public get roleArn(): string {
    return this.fn.roleArn;
  }

  /** Who the function is to AWS. */
  public get principal(): Principal {
    return this.world.iam.authenticate(this.accessKeyId)!;
  }

  public addServer(options: NodeOptions): SimulatedNode {
    const server = new SimulatedNode({
      ...options,
      behaviour: async execution => this.at('server', options.instanceId, undefined, async () => {
        const results = await this.subject.apply(this.world, execution, server);
        this.promises.noteServer(server);
        return results;
      }),
    });
    this.promises.noteServer(server);
    this.servers.push(server);
    this.world.ssm.nodes.push(server);
    return server;
  }

  public removeServer(server: SimulatedNode): void {
    for (const list of [this.servers, this.world.ssm.nodes]) list.splice(list.indexOf(server), 1);
  }

  /** From now on nothing goes wrong. */
  public calmDown(): void {
    this.faultAt = nothing;
    this.staleKeyLists = 0;
    this.hiddenPendingValues = 0;
    this.servers.forEach(server => Object.assign(server, { online: true, appearsAfter: 0, startsAfter: 0 }));
  }

  /** One rotation by Secrets Manager, with its retries. */
  public async rotate(options: RotationOptions = {}): Promise<RotationOutcome> {
    this.position.rotation += 1;
    this.position.attempt = 0;
    const outcome = await this.world.rotation.rotate(this.secret.arn, { retryDelay: SECOND, ...options });
    if (outcome.succeeded && options.immediately !== false) this.promises.checkRotated();
    return outcome;
  }

  /** One step of a rotation, whoever calls for it. */
  public async invoke(Step: string, ClientRequestToken: string): Promise<void> {
    await this.run({ Step, SecretId: this.secret.arn, ClientRequestToken });
  }

  /** The hourly run between two rotations. */
  public async watch(): Promise<void> {
    await this.run(WATCHDOG_EVENT);
  }

  /** What CloudFormation asks for on the first and on the last day; returns what it is answered. */
  public async manage(RequestType: 'Create' | 'Delete'): Promise<string> {
    const { secretArn, user: { name: UserName, owned } } = this.config;
    await this.run({
      RequestType,
      ResponseURL: 'https://example.com/answer',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Credential',
      PhysicalResourceId: RequestType === 'Create' ? undefined : `${secretArn} ${UserName} ${new Date(0).toISOString()}`,
      ResourceProperties: {
        ServiceToken: this.fn.arn, SecretArn: secretArn, UserName, UserOwned: owned ? 'true' : 'false', SecretOwned: 'false', WaitForFirstRotation: 'true', Credential: '',
      },
    });
    return this.answer;
  }

  /** The runs that see, end and bury what the last rotation left; returns what they failed with. */
  public async watchThroughGrace(): Promise<unknown[]> {
    const failures: unknown[] = [];
    const watchAfter = async (pause: number, before?: () => void) => {
      await this.clock.sleep(pause);
      before?.();
      await this.watch().catch(error => failures.push(error));
    };
    if (this.setup.lingers) {
      await watchAfter(0);
      await watchAfter(DAY, () => this.usePrevious());
    }
    for (const pause of [0, this.config.gracePeriodSeconds * SECOND, HOUR, DAY]) await watchAfter(pause);
    return failures;
  }

  /** The consumer logs in. */
  private usePrevious(): void {
    const version = holderOf(this.secret, PREVIOUS);
    const key = this.world.iam.findAccessKey(version && keyIn(version) || '');
    if (key) this.ses.login(key.accessKeyId, expectedPassword(key.secretAccessKey, this.config.endpoint.region), this.config.endpoint);
  }

  /** Ends every invocation that is running, and never returns to it. */
  public async killFunction(): Promise<never> {
    for (const invocation of this.running) invocation.kill();
    return never();
  }

  private async run(event: FunctionEvent): Promise<void> {
    const step = nameOf(event);
    const invocation = new RunningInvocation(++this.invocations, step);
    const start = this.clock.now();
    const timeout = this.fn.timeoutSeconds * SECOND;
    const respond = async (_url: string, body: string) => {
      this.answer = body;
      this.output.push(body);
    };
    this.running.add(invocation);
    if (step === 'createSecret') this.position.attempt += 1;
    Object.assign(this.position, { step, failed: false });
    try {
      const lambda = { invokedFunctionArn: this.fn.arn, getRemainingTimeInMillis: () => timeout };
      await Promise.race([this.subject.invoke(event, this.config, this.dependencies(invocation, respond), lambda), invocation.death]);
    } catch (error) {
      this.position.failed = true;
      this.output.push(inspect(error));
      if (!invocation.dead) this.promises.checkError(error as Error, step);
      throw error;
    } finally {
      this.running.delete(invocation);
      if (!invocation.dead) this.promises.checkDuration(this.clock.now() - start, timeout, step);
      this.afterInvocation(invocation.number);
    }
  }

  protected strikeAt(point: Point): ((effect: () => Promise<unknown>) => Promise<unknown>) | undefined {
    const strike = this.faultAt(point)?.[point.kind];
    return strike && (async effect => strike(effect, this, point));
  }

  protected roleKeyOf(): string {
    return this.accessKeyId;
  }
}

function newWorld(): Past {
  const clock = new VirtualClock();
  return { clock, world: new World({ clock }) };
}

function nothing(): undefined {
  return undefined;
}

function nameOf(event: FunctionEvent): string {
  if ('Step' in event) return event.Step;
  return 'RequestType' in event ? event.RequestType : 'watchdog';
}
