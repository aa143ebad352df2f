import { inspect } from 'node:util';
import { Point } from './point';
import { Promises } from './promises';
import { RunningInvocation } from './running-invocation';
import { SDK_ATTEMPTS, sdkClient } from './sdk-client';
import { Setup, templateOf } from './setups';
import { OURS, Subject } from './subject';
import { DAY, HOUR, SECOND } from '../../lambda-src/basics/time';
import { Dependencies } from '../../lambda-src/context';
import { Invocation as FunctionEvent } from '../../lambda-src/invocation';
import { Credential } from '../../lambda-src/secret/credential';
import { CONFIG_VARIABLE, EndpointConfig, RotationConfig, WATCHDOG_EVENT } from '../../src/private/rotation-contract';
import { loginTo, sendTo } from '../lambda-src/ses-sessions';
import {
  ApiCall, AwsError, CURRENT, deploy, DeployedFunction, holderOf, PENDING, Principal, RotationOptions, RotationOutcome,
  Secret, SecretVersion, ServiceName, VirtualClock, World,
} from '../world';
import { Template } from '../world/cloudformation/template';
import { NodeOptions, SimulatedNode } from '../world/nodes';
import { SesSmtp } from '../world/services/ses-smtp';

/** Stands in for an effect: makes it happen or not, and says what the caller sees of it. */
export type Strike = (effect: () => Promise<unknown>, lab: Lab, point: Point) => Promise<unknown>;

/** What goes wrong at a point, by its kind. */
export type Strikes = { readonly [Kind in Point['kind']]?: Strike };

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
export class Lab {
  public readonly clock: VirtualClock;
  public readonly world: World;
  public readonly ses: SesSmtp;
  public readonly servers: SimulatedNode[] = [];
  public readonly points: Point[] = [];
  /** Everything that left the function besides its calls: logs and errors. */
  public readonly output: string[] = [];
  public readonly template: Template;
  public readonly secret: Secret;
  public readonly config: RotationConfig;
  public readonly promises: Promises;
  /** Decides what goes wrong at a point. */
  public faultAt: (point: Point) => Strikes | undefined = nothing;
  /** Lets somebody else decide when an effect takes place. */
  public beforeEffect?: (point: Point) => Promise<void>;
  /** Is told when an invocation has ended. */
  public afterInvocation: (number: number) => void = nothing;
  /** How far Secrets Manager is: the rotation, its attempt, and how the last step of it ended. */
  public readonly position = { rotation: 0, attempt: 0, step: '', failed: false };
  /** So many calls of ListAccessKeys show the keys as they were before the last change. */
  public staleKeyLists = 0;
  /** So many calls of GetSecretValue do not find the value of the pending version. */
  public hiddenPendingValues = 0;

  private readonly subject: Subject;
  private readonly fn: DeployedFunction;
  private readonly accessKeyId: string;
  private readonly running = new Set<RunningInvocation>();
  private invocations = 0;
  /** What CloudFormation was answered last. */
  private answer = '';
  private keysBefore: unknown;

  constructor(public readonly setup: Setup, private readonly options: LabOptions = {}) {
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
    for (const pause of [0, this.config.gracePeriodSeconds * SECOND, HOUR, DAY]) {
      await this.clock.sleep(pause);
      await this.watch().catch(error => failures.push(error));
    }
    return failures;
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
    this.running.add(invocation);
    if (step === 'createSecret') this.position.attempt += 1;
    Object.assign(this.position, { step, failed: false });
    try {
      const lambda = { invokedFunctionArn: this.fn.arn, getRemainingTimeInMillis: () => timeout };
      await Promise.race([this.subject.invoke(event, this.config, this.dependencies(invocation), lambda), invocation.death]);
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

  private dependencies(invocation: RunningInvocation): Dependencies {
    const attempts = this.options.sdkRetries ? SDK_ATTEMPTS : 1;
    return {
      secretsManager: this.client<Dependencies['secretsManager']>(invocation, 'secretsmanager', attempts),
      iam: this.client<Dependencies['iam']>(invocation, 'iam', attempts),
      iamSingleTry: this.client<Dependencies['iam']>(invocation, 'iam', 1),
      ssm: this.client<Dependencies['ssm']>(invocation, 'ssm', attempts),
      loginAt: endpoint => async credential => this.at('login', endpoint.host, invocation, async () =>
        this.noteLogin(endpoint, credential, await loginTo(this.ses)(endpoint)(credential))),
      sendAt: endpoint => async (credential, message) => this.at('login', endpoint.host, invocation, async () =>
        this.noteLogin(endpoint, credential, await sendTo(this.ses)(endpoint)(credential, message))),
      clock: {
        now: () => this.clock.now(),
        sleep: async milliseconds => this.at('pause', 'pause', invocation, async () => this.clock.sleep(milliseconds)),
      },
      random: () => 0.5,
      writeLog: line => this.output.push(line),
      respond: async (_url, body) => {
        this.answer = body;
        this.output.push(body);
      },
    };
  }

  private client<Client>(invocation: RunningInvocation, service: ServiceName, attempts: number): Client {
    return sdkClient<Client>({ attempts, random: this.world.random }, async (action, input) => this.at('call', action, invocation, async () =>
      this.call({ service, action, input }, invocation.step)));
  }

  private async call(call: Pick<ApiCall, 'service' | 'action' | 'input'>, step: string): Promise<unknown> {
    const changesKeys = ['CreateAccessKey', 'DeleteAccessKey', 'UpdateAccessKey'].includes(call.action);
    const keys = changesKeys ? this.listKeys() : undefined;
    if (this.isHidden(call)) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value");
    if (call.action === 'ListAccessKeys' && this.staleKeyLists-- > 0 && this.keysBefore) return this.keysBefore;
    this.promises.noteCall(call, step);
    const output = await this.world.perform(call, this.accessKeyId);
    if (keys) this.keysBefore = keys;
    this.promises.noteReply(call, output);
    return output;
  }

  /** As ListAccessKeys answers. */
  private listKeys() {
    const AccessKeyMetadata = this.world.iam.keysOf(this.config.user.name)
      .map(({ accessKeyId, status, createDate }) => ({ AccessKeyId: accessKeyId, Status: status, CreateDate: createDate }));
    return { AccessKeyMetadata, IsTruncated: false };
  }

  private isHidden({ action, input }: Pick<ApiCall, 'action' | 'input'>): boolean {
    return action === 'GetSecretValue' && input.VersionId !== undefined && input.VersionId === this.pending?.id && this.hiddenPendingValues-- > 0;
  }

  private noteLogin<Result extends { readonly outcome: string }>({ region }: EndpointConfig, { username }: Credential, result: Result): Result {
    if (result.outcome === 'accepted') this.promises.noteLogin(username, region);
    return result;
  }

  /** An effect: it happens at a point of its own, with what goes wrong there, and the promises are looked at after it. */
  private async at<T>(kind: Point['kind'], name: string, invocation: RunningInvocation | undefined, effect: () => Promise<T>): Promise<T> {
    if (invocation?.dead) return never();
    const point: Point = { number: this.points.length + 1, invocation: invocation?.number, kind, name, step: invocation?.step ?? 'a mail server' };
    this.points.push(point);
    await this.beforeEffect?.(point);
    if (invocation?.dead) return never();
    const checked = async () => {
      try {
        return await effect();
      } finally {
        this.promises.check(point);
      }
    };
    const strike = this.faultAt(point)?.[kind];
    const result = await (strike ? strike(checked, this, point) : checked()) as T;
    return invocation?.dead ? never() : result;
  }
}

function newWorld(): Past {
  const clock = new VirtualClock();
  return { clock, world: new World({ clock }) };
}

function nothing(): undefined {
  return undefined;
}

async function never(): Promise<never> {
  return new Promise(() => undefined);
}

function nameOf(event: FunctionEvent): string {
  if ('Step' in event) return event.Step;
  return 'RequestType' in event ? event.RequestType : 'watchdog';
}
