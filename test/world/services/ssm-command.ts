import { skipped } from './ssm-documents';
import { CommandExecution, ManagedNode, StepResult } from '../nodes/managed-node';
import { Clock } from '../time/clock';

export type InvocationStatus = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut';

export type CommandStatus = InvocationStatus | 'Cancelling' | 'Cancelled';

/** How a command ends before it meets a node. */
export interface EarlyEnd {
  readonly status: CommandStatus;
  /** As in the API reference of Command, without spaces. */
  readonly statusDetails: string;
  /** The nodes that it counts as its targets: AWS does not say whether these are none or all. */
  readonly targetCount: number;
}

export interface Invocation {
  readonly command: Command;
  readonly node: ManagedNode;
  status: InvocationStatus;
  statusDetails: string;
  steps: StepResult[];
}

export interface CommandRequest {
  readonly execution: CommandExecution;
  /** As the caller gave them. */
  readonly parameters: Record<string, string[]>;
  readonly comment: string;
  readonly targets: CommandTarget[];
  readonly instanceIds: string[];
  readonly timeoutSeconds: number;
  readonly executionTimeoutSeconds: number;
  readonly maxConcurrency: string;
  readonly maxErrors: string;
}

export interface CommandTarget {
  readonly Key: string;
  readonly Values: string[];
}

/** Milliseconds between two looks for an offline node. */
const DELIVERY_RETRY = 15_000;
/** They say nothing about the document, so Run Command does not count them as its errors. */
const NEUTRAL = ['Undeliverable', 'InvalidPlatform', 'AccessDenied'];

/** One Run Command on its way through the nodes. */
export class Command {
  public status: CommandStatus = 'Pending';
  public statusDetails = 'Pending';
  public invocations: Invocation[] = [];
  public readonly requestedAt: number;

  private readonly shown: Invocation[] = [];
  private hidden: Invocation[] = [];
  private next = 0;
  private running = 0;
  private terminal = 0;
  private errors = 0;
  private deliveryTimeouts = 0;
  private stopped = false;
  private countedTargets?: number;

  constructor(public readonly request: CommandRequest, private readonly clock: Clock) {
    this.requestedAt = clock.now();
  }

  public get id(): string {
    return this.request.execution.commandId;
  }

  public get expiresAt(): number {
    return this.requestedAt + (this.request.timeoutSeconds + this.request.executionTimeoutSeconds) * 1000;
  }

  public get targetCount(): number {
    return this.countedTargets ?? (this.invocations.length || this.request.instanceIds.length);
  }

  public get completedCount(): number {
    return this.terminal;
  }

  public get errorCount(): number {
    return this.errors;
  }

  public get deliveryTimedOutCount(): number {
    return this.deliveryTimeouts;
  }

  /** The invocations that have shown up by now, in the order in which they did: whoever reads page by page misses none. */
  public visibleInvocations(): readonly Invocation[] {
    const age = this.clock.now() - this.requestedAt;
    const stillHidden: Invocation[] = [];
    for (const invocation of this.hidden) (invocation.node.appearsAfter <= age ? this.shown : stillHidden).push(invocation);
    this.hidden = stillHidden;
    return this.shown;
  }

  /** The targets are known: the command sets out. */
  public begin(nodes: ManagedNode[], mayRunOn: (node: ManagedNode) => boolean): void {
    this.invocations = nodes.map(node => ({ command: this, node, status: 'Pending', statusDetails: 'Pending', steps: [] }));
    this.hidden = this.invocations;
    if (nodes.length === 0) {
      this.end('Success', 'NoInstancesInTag');
      return;
    }
    this.status = this.statusDetails = 'InProgress';
    this.clock.after(this.expiresAt - this.clock.now(), () => this.expire());
    for (const invocation of this.invocations) this.settleUndeliverable(invocation, mayRunOn);
    this.launch(this.requestedAt);
  }

  /** It meets no node. */
  public endEarly({ status, statusDetails, targetCount }: EarlyEnd): void {
    this.countedTargets = targetCount;
    this.end(status, statusDetails);
  }

  private settleUndeliverable(invocation: Invocation, mayRunOn: (node: ManagedNode) => boolean): void {
    const details = invocation.node.forcedStatusDetails ?? (mayRunOn(invocation.node) ? undefined : 'AccessDenied');
    if (details !== undefined) this.settle(invocation, 'Failed', details);
  }

  /** Starts as many nodes as may run at a time; nodes that start at the same moment share one timer. */
  private launch(from: number): void {
    const batches = new Map<number, Invocation[]>();
    for (let invocation = this.takeNext(); invocation; invocation = this.takeNext()) {
      const startsAt = from + invocation.node.startsAfter;
      const batch = batches.get(startsAt);
      if (batch) batch.push(invocation);
      else batches.set(startsAt, [invocation]);
    }
    for (const [startsAt, batch] of batches) {
      this.clock.after(Math.max(0, startsAt - this.clock.now()), () => this.deliver(batch));
    }
  }

  private takeNext(): Invocation | undefined {
    if (this.stopped || this.running >= this.limit(this.request.maxConcurrency, Math.ceil)) return undefined;
    while (this.invocations[this.next] && this.invocations[this.next].status !== 'Pending') this.next += 1;
    const invocation = this.invocations[this.next];
    if (!invocation) return undefined;
    invocation.status = 'InProgress';
    invocation.statusDetails = 'InProgress';
    this.running += 1;
    return invocation;
  }

  private async deliver(batch: Invocation[]): Promise<void> {
    const waiting = batch.filter(invocation => invocation.status === 'InProgress');
    const offline = waiting.filter(invocation => !invocation.node.online);
    if (offline.length > 0) this.clock.after(DELIVERY_RETRY, () => this.deliver(offline));
    await Promise.all(waiting.filter(invocation => invocation.node.online).map(invocation => this.run(invocation)));
  }

  private async run(invocation: Invocation): Promise<void> {
    const steps = await runSteps(invocation.node, this.request.execution);
    if (invocation.status !== 'InProgress') return;
    invocation.steps = steps;
    const [status, details] = outcomeOf(steps);
    this.running -= 1;
    this.settle(invocation, status, details);
    this.launch(this.clock.now());
  }

  private settle(invocation: Invocation, status: InvocationStatus, details: string): void {
    invocation.status = status;
    invocation.statusDetails = details;
    this.terminal += 1;
    if (details === 'DeliveryTimedOut') this.deliveryTimeouts += 1;
    if (details === 'Failed' || details === 'ExecutionTimedOut') this.errors += 1;
    if (this.errors > this.limit(this.request.maxErrors, Math.floor)) this.stop();
    if (this.terminal === this.invocations.length) this.conclude();
  }

  private stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    for (const invocation of this.invocations.filter(candidate => candidate.status === 'Pending')) {
      this.settle(invocation, 'Failed', 'Terminated');
    }
  }

  private expire(): void {
    for (const invocation of this.invocations) {
      if (invocation.status === 'Pending' || invocation.status === 'InProgress') this.settle(invocation, 'TimedOut', 'DeliveryTimedOut');
    }
  }

  private conclude(): void {
    if (this.status !== 'InProgress') return;
    const all = (...details: string[]) => this.invocations.every(invocation => details.includes(invocation.statusDetails));
    if (this.stopped || all('Failed')) this.end('Failed', 'Failed');
    else if (all('ExecutionTimedOut')) this.end('TimedOut', 'ExecutionTimedOut');
    else if (all('DeliveryTimedOut')) this.end('TimedOut', 'DeliveryTimedOut');
    else if (all(...NEUTRAL)) this.end('Failed', 'Failed');
    else if (all('Success', ...NEUTRAL)) this.end('Success', 'Success');
    else this.end('Failed', 'Incomplete');
  }

  private end(status: CommandStatus, statusDetails: string): void {
    this.status = status;
    this.statusDetails = statusDetails;
  }

  private limit(notation: string, round: (value: number) => number): number {
    const number = Number.parseInt(notation, 10);
    return notation.endsWith('%') ? round(this.invocations.length * number / 100) : number;
  }
}

async function runSteps(node: ManagedNode, execution: CommandExecution): Promise<StepResult[]> {
  const skips = execution.content.mainSteps.map(step => skipped(step, node, execution.parameters));
  const mainSteps = execution.content.mainSteps.filter((_step, index) => !skips[index]);
  const ran = mainSteps.length === 0 ? [] : await runOn(node, { ...execution, content: { ...execution.content, mainSteps } });
  const rest = [...ran];
  return skips.map(skip => skip ?? rest.shift()).filter(result => result !== undefined);
}

async function runOn(node: ManagedNode, execution: CommandExecution): Promise<StepResult[]> {
  try {
    return await node.run(execution);
  } catch (error) {
    return [{ name: execution.content.mainSteps[0].name, status: 'Failed', responseCode: 1, output: String(error) }];
  }
}

function outcomeOf(steps: StepResult[]): [InvocationStatus, string] {
  if (steps.some(step => step.status === 'Failed')) return ['Failed', 'Failed'];
  if (steps.some(step => step.status === 'TimedOut')) return ['TimedOut', 'ExecutionTimedOut'];
  return ['Success', 'Success'];
}
