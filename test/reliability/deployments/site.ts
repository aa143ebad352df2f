import { inspect } from 'node:util';
import { Call, nameOf, requestIn } from './call';
import { Mishap } from './faults';
import { IMPORTED_SECRET } from './names';
import { Change, ConfiguredFunction, Place } from './place';
import { DeploymentPromises } from './promises';
import { DAY, HOUR, MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { Invocation as FunctionEvent } from '../../../lambda-src/invocation';
import { CONFIG_VARIABLE, RotationConfig } from '../../../src/private/rotation-contract';
import { ConcurrentClock, CustomResourceRequest, DeployedFunction, StackEvent, StackLife, World } from '../../world';
import { parseCredential, SimulatedNode } from '../../world/nodes';
import { SesSmtp } from '../../world/services/ses-smtp';
import { Disturbed, never } from '../disturbed';
import { Point } from '../point';
import { Setup, templateOf } from '../setups';
import { OURS, Subject } from '../subject';

export interface SiteOptions {
  readonly subject?: Subject;
  readonly sdkRetries?: boolean;
  /** How long SES refuses a new key, in milliseconds. */
  readonly propagationDelay?: number;
  /** The last rotation is minutes ago: the key before it is in its grace, and takes the other slot. */
  readonly rotatedJustNow?: boolean;
}

const STACK = 'Mail';
/** The watchdog runs in the middle of a deployment. */
const WATCHDOG_IN = 20 * SECOND;

/** A stack with its mail servers, deployed by CloudFormation in virtual time, where anything can go wrong at any effect. */
export class Site extends Disturbed<Call> implements Place {
  public readonly clock = new ConcurrentClock();
  public readonly world = new World({ clock: this.clock });
  public readonly ses: SesSmtp;
  public readonly stack: StackLife;
  public readonly promises: DeploymentPromises;
  /** Decides what goes wrong at a point. */
  public mishapAt: (point: Point) => Mishap | undefined = nothing;
  public readonly calls: Call[] = [];
  /** Keys that somebody deleted by hand. */
  public readonly excused = new Set<string>();
  /** A request failed that CloudFormation sends once, a deletion or a rollback: it leaves the resource to people. */
  public isLeftToPeople = false;

  protected readonly watcher: DeploymentPromises;
  private readonly subject: Subject;
  private over = false;
  private watching?: Promise<void>;

  constructor(public readonly change: Change, private readonly options: SiteOptions = {}) {
    super(options.sdkRetries);
    this.subject = options.subject ?? OURS;
    this.stack = new StackLife(this.world, { stackName: STACK, onEvent: event => this.noteEvent(event) });
    this.ses = new SesSmtp({ credentials: this.world.iam, clock: this.clock });
    this.promises = this.watcher = new DeploymentPromises(this, change);
    this.world.functionInvoker = async (fn, event) => this.run(fn, event as FunctionEvent);
    this.world.asynchronousInvocations.deliveries = (_fn, event) => this.deliveriesOf(event);
    const first = this.first;
    first.before?.(this.world);
    first.servers.forEach(server => this.addServer(server));
  }

  /** The functions that there are, and what they are configured to do. */
  public get functions(): ConfiguredFunction[] {
    return this.world.functions.all.map(fn => ({ fn, config: configOf(fn) }));
  }

  public get status(): string {
    return this.stack.events.filter(({ logicalId }) => logicalId === STACK).at(-1)?.status ?? '';
  }

  private get first(): Setup {
    return (this.change.from ?? this.change.to)!;
  }

  /** The stack is as before the change, for some days. */
  public async settle(): Promise<void> {
    const { change: { from } } = this;
    // What somebody made before the stack is older than the stack.
    await this.clock.sleep(DAY);
    if (from) {
      await this.stack.create(this.templateOf(from));
      await this.world.rotation.idle();
    }
    await this.clock.sleep(3 * DAY);
    if (from && this.options.rotatedJustNow) await this.rotate();
    this.watching = this.watchHourly();
    await this.clock.sleep(HOUR - WATCHDOG_IN);
    this.ses.setFaults({ propagationDelay: this.options.propagationDelay ?? 12 * SECOND });
    this.points.length = 0;
  }

  /** What comes of the change: of its deployment, and of all that goes on beside and after it. */
  public async deploy(): Promise<void> {
    const { change: { from, to } } = this;
    await this.change.before?.(this);
    this.promises.begin();
    await this.attempt(async () => {
      if (!to) await this.stack.delete();
      else if (from) await this.stack.update(this.templateOf(to));
      else await this.stack.create(this.templateOf(to));
    });
    await this.calm();
  }

  /** Another deployment, in which nothing goes wrong. */
  public async update(to: Setup): Promise<void> {
    await this.attempt(async () => this.stack.update(this.templateOf(to)));
    await this.calm();
  }

  public async delete(): Promise<void> {
    await this.attempt(async () => this.stack.delete());
    await this.calm();
  }

  /** Returns what keeps the secret from being rotated, also when people have done what the error says. */
  public async rotate(): Promise<unknown> {
    const error = await this.rotateOnce();
    if (String(error).includes('the next rotation starts clean')) return this.rotateOnce();
    const [, user, key] = /aws iam delete-access-key --user-name (\S+) --access-key-id (AKIA\w+)/.exec(String(error)) ?? [];
    if (key === undefined) return error;
    this.world.iam.deleteAccessKey(user, key);
    return this.rotateOnce();
  }

  private async rotateOnce(): Promise<unknown> {
    const [{ config: { secretArn }, fn }] = this.functions;
    try {
      // As RotateSecret does, with the function that the watchdog tells people to name.
      Object.assign(this.world.secretsManager.secret(secretArn).rotation!, { enabled: true, lambdaArn: fn.arn });
      const { attempts } = await this.world.rotation.rotate(secretArn, { retryDelay: SECOND });
      return attempts.at(-1)?.at(-1)?.error;
    } catch (error) {
      return error;
    }
  }

  /** Until nothing runs any more. */
  public async calm(): Promise<void> {
    do {
      await this.world.rotation.idle();
      await this.clock.sleep(3 * MINUTE);
    } while (this.running.size > 0);
  }

  public async end(): Promise<void> {
    this.over = true;
    await this.watching;
  }

  public calmDown(): void {
    this.mishapAt = nothing;
    this.staleKeyLists = 0;
    this.hiddenPendingValues = 0;
    this.world.ssm.earlyEnd = nothing;
    this.servers.forEach(server => Object.assign(server, { online: true, appearsAfter: 0, startsAfter: 0 }));
  }

  /** The call that a point belongs to. */
  public callAt({ invocation }: Point): Call | undefined {
    return this.calls.find(({ number }) => number === invocation);
  }

  /** Of a server's work, every call that waits for it. */
  public async killFunction(point: Point): Promise<never> {
    for (const call of this.running) if (point.invocation === undefined || point.invocation === call.number) call.kill();
    return never();
  }

  protected strikeAt(point: Point): ((effect: () => Promise<unknown>) => Promise<unknown>) | undefined {
    const mishap = this.mishapAt(point);
    if (!mishap) return undefined;
    if (mishap.cancels) return async effect => effect().finally(() => this.cancel());
    for (const call of this.running) {
      if (point.invocation === undefined || point.invocation === call.number) this.disturb(call);
    }
    const strike = mishap[point.kind];
    return strike && (async effect => strike(effect, this, point));
  }

  private disturb(call: Call): void {
    call.disturbed = true;
    if (call.request && this.isSentOnce(call.request)) this.isLeftToPeople = true;
  }

  private isSentOnce({ RequestType }: CustomResourceRequest): boolean {
    return RequestType === 'Delete' || (RequestType === 'Update' && this.status.startsWith('UPDATE_ROLLBACK'));
  }

  protected roleKeyOf({ roleKey }: Call): string {
    return roleKey;
  }

  /** The change is given up, if it is still under way. */
  private cancel(): void {
    if (/^(CREATE|UPDATE)_IN_PROGRESS$/.test(this.status)) this.stack.cancel();
  }

  private templateOf(setup: Setup) {
    return templateOf(setup, this.subject.document);
  }

  private async attempt(operation: () => Promise<unknown>): Promise<void> {
    await operation().catch(error => this.output.push(inspect(error)));
  }

  private addServer({ instanceId, tags }: Setup['servers'][number]): void {
    const server: SimulatedNode = new SimulatedNode({
      instanceId,
      tags,
      behaviour: async execution => this.at('server', instanceId, undefined, async () => {
        const results = await this.subject.apply(this.world, execution, server);
        this.promises.noteServer(server);
        return results;
      }),
    });
    const imported = this.world.secretsManager.find(IMPORTED_SECRET) && this.world.secretsManager.valueOf(IMPORTED_SECRET);
    if (imported) server.heldCredential = parseCredential(imported);
    this.promises.noteServer(server);
    this.servers.push(server);
    this.world.ssm.nodes.push(server);
  }

  private async watchHourly(): Promise<void> {
    // A rule whose function is being deleted calls nothing.
    while (!this.over) await this.world.eventRules.pass(HOUR).catch(() => undefined);
  }

  private async run(fn: DeployedFunction, event: FunctionEvent): Promise<void> {
    const { accessKeyId } = this.world.credentialsFor(fn.roleArn);
    const call = new Call(this.calls.length + 1, event, configOf(fn), accessKeyId);
    const start = this.clock.now();
    const timeout = fn.timeoutSeconds * SECOND;
    this.calls.push(call);
    this.running.add(call);
    this.promises.noteCallOfFunction(call);
    try {
      const lambda = { invokedFunctionArn: fn.arn, getRemainingTimeInMillis: () => timeout };
      const dependencies = this.dependencies(call, async (url, body) => this.respond(url, body));
      await Promise.race([this.subject.invoke(event, call.config, dependencies, lambda), call.death]);
      this.promises.noteEnd(call);
    } catch (error) {
      this.output.push(inspect(error));
      this.promises.noteEnd(call, error as Error);
      throw error;
    } finally {
      this.running.delete(call);
      if (!call.dead) this.promises.checkDuration(call, this.clock.now() - start, timeout);
    }
  }

  private async respond(url: string, body: string): Promise<void> {
    this.output.push(body);
    this.promises.noteAnswer(JSON.parse(body) as { readonly Status: string; readonly Reason?: string });
    this.world.customResources.answer(url, body);
  }

  private deliveriesOf(event: unknown): readonly number[] {
    const mishap = this.mishapAt(this.pass('event', nameOf(event as FunctionEvent)));
    if (mishap?.cancels) this.cancel();
    const request = requestIn(event as FunctionEvent);
    if (mishap && !mishap.cancels && request && this.isSentOnce(request)) this.isLeftToPeople = true;
    return mishap?.deliveries ?? [0];
  }

  private noteEvent({ logicalId, status }: StackEvent): void {
    if (logicalId === STACK) return;
    const mishap = this.mishapAt(this.pass('resource', `${logicalId} ${status}`));
    if (mishap?.cancels) this.cancel();
  }

  /** A point at which nothing of the function happens. */
  private pass(kind: 'event' | 'resource', name: string): Point {
    const point = { number: this.points.length + 1, kind, name, step: 'CloudFormation' };
    this.points.push(point);
    this.promises.check(point);
    return point;
  }
}

function nothing(): undefined {
  return undefined;
}

const configs = new Map<string, RotationConfig>();

/** Parsed once: the promises look at it after every effect. */
function configOf({ environment: { [CONFIG_VARIABLE]: text } }: DeployedFunction): RotationConfig {
  const config = configs.get(text) ?? JSON.parse(text) as RotationConfig;
  configs.set(text, config);
  return config;
}
