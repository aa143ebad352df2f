import { AwsError } from './aws-error';
import { Environment } from '../environment';
import { Operation, operation } from './operation';
import { Principal } from './permissions';
import { Context } from './policy';
import { Command, CommandRequest, CommandTarget, EarlyEnd, Invocation } from './ssm-command';
import { Documents, executionTimeout, resolveParameters, versionOf } from './ssm-documents';
import { ManagedNode } from '../nodes/managed-node';

const MAX_RESULTS = 50;
const OUTPUT_LENGTH = 2500;
const CONCURRENCY = /^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$/;
const ERRORS = /^([1-9][0-9]*|0|[1-9][0-9]%|[0-9]%|100%)$/;

const ACCESS_DENIED: EarlyEnd = { status: 'Failed', statusDetails: 'AccessDenied', targetCount: 0 };

export class Ssm {
  public readonly nodes: ManagedNode[] = [];
  public readonly documents: Documents;
  /** Oldest first. */
  public readonly commands: Command[] = [];
  /** Milliseconds until Run Command knows which nodes are meant. */
  public resolutionDelay = 1000;
  /** Lets commands end before they meet a node: for want of capacity, of a permission, or because somebody cancels them. */
  public earlyEnd: (request: CommandRequest) => EarlyEnd | undefined = noEarlyEnd;

  constructor(private readonly environment: Environment) {
    this.documents = new Documents(environment);
  }

  public operations(): Record<string, Operation> {
    return {
      SendCommand: operation<SendRequest>((request, caller) => ({ Command: describeCommand(this.sendCommand(request, caller)) })),
      ListCommands: operation<ListRequest>((request, caller) => this.listCommands(request, caller)),
      ListCommandInvocations: operation<ListRequest>((request, caller) => this.listCommandInvocations(request, caller)),
      GetCommandInvocation: operation<InvocationRequest>((request, caller) => this.getCommandInvocation(request, caller)),
      DescribeInstanceInformation: operation<PageRequest>((request, caller) => this.describeInstanceInformation(request, caller)),
    };
  }

  private sendCommand(request: SendRequest, caller: Principal): Command {
    checkRequest(request);
    const document = this.documents.find(request.DocumentName);
    this.environment.permissions.require({ principal: caller, action: 'ssm:SendCommand', resource: document.arn });
    const content = versionOf(document, request.DocumentVersion);
    const parameters = resolveParameters(content, request.Parameters);
    this.checkInstances(request.InstanceIds ?? [], caller);
    const command = new Command({
      execution: { commandId: this.environment.random.uuid(), documentName: request.DocumentName, content, parameters },
      parameters: request.Parameters ?? {},
      comment: request.Comment ?? '',
      targets: request.Targets ?? [],
      instanceIds: request.InstanceIds ?? [],
      timeoutSeconds: request.TimeoutSeconds ?? 3600,
      executionTimeoutSeconds: executionTimeout(content, parameters),
      maxConcurrency: request.MaxConcurrency ?? '50',
      maxErrors: request.MaxErrors ?? '0',
    }, this.environment.clock);
    this.commands.push(command);
    this.environment.clock.after(this.resolutionDelay, () => this.begin(command, caller));
    return command;
  }

  private begin(command: Command, caller: Principal): void {
    const earlyEnd = this.mayReadGroups(command.request.targets, caller) ? this.earlyEnd(command.request) : ACCESS_DENIED;
    if (earlyEnd) return command.endEarly(earlyEnd);
    const { instanceIds, targets } = command.request;
    const nodes = instanceIds.length > 0
      ? this.nodes.filter(node => instanceIds.includes(node.instanceId))
      : this.nodes.filter(node => targets.every(target => isTarget(node, target)));
    command.begin(nodes, node => this.environment.permissions.isAllowed({
      principal: caller, action: 'ssm:SendCommand', resource: this.nodeArn(node.instanceId), context: tagContext(node),
    }));
  }

  private checkInstances(ids: string[], caller: Principal): void {
    if (new Set(ids).size < ids.length) throw new AwsError('DuplicateInstanceId', 'You cannot specify an instance ID in more than one association.');
    for (const id of ids) {
      const question = { principal: caller, action: 'ssm:SendCommand', resource: this.nodeArn(id) };
      // Which tags a node has shows only in its invocation; that no statement names it at all shows at once.
      if (!this.environment.permissions.couldBeAllowed(question)) this.environment.permissions.require(question);
    }
    const unknown = ids.filter(id => !this.nodes.some(node => node.instanceId === id));
    if (unknown.length > 0) {
      throw new AwsError('InvalidInstanceId', `Instances [[${unknown.join(', ')}]] not in a valid state for account ${this.environment.account}`);
    }
  }

  private mayReadGroups(targets: CommandTarget[], caller: Principal): boolean {
    const { partition, region, account, permissions } = this.environment;
    return targets.filter(target => target.Key === 'resource-groups:Name').flatMap(target => target.Values).every(name =>
      permissions.isAllowed({
        principal: caller,
        action: 'resource-groups:ListGroupResources',
        resource: `arn:${partition}:resource-groups:${region}:${account}:group/${name}`,
      }) && permissions.isAllowed({ principal: caller, action: 'tag:GetResources', resource: '*' }));
  }

  private nodeArn(instanceId: string): string {
    const { partition, region, account } = this.environment;
    return instanceId.startsWith('mi-')
      ? `arn:${partition}:ssm:${region}:${account}:managed-instance/${instanceId}`
      : `arn:${partition}:ec2:${region}:${account}:instance/${instanceId}`;
  }

  private listCommands(request: ListRequest, caller: Principal) {
    this.requireList('ListCommands', caller);
    const filters = (request.Filters ?? []).map(commandFilter);
    const found = this.commands
      .filter(command => request.CommandId === undefined || command.id === request.CommandId)
      .filter(command => request.InstanceId === undefined || command.invocations.some(({ node }) => node.instanceId === request.InstanceId))
      .filter(command => filters.every(filter => filter(command)))
      .reverse();
    const { page, NextToken } = paginate(found, request);
    return { Commands: page.map(describeCommand), NextToken };
  }

  private listCommandInvocations(request: ListRequest, caller: Principal) {
    this.requireList('ListCommandInvocations', caller);
    const filters = (request.Filters ?? []).map(commandFilter);
    const found = this.commands
      .filter(command => request.CommandId === undefined || command.id === request.CommandId)
      .filter(command => filters.every(filter => filter(command)))
      .flatMap(command => command.visibleInvocations())
      .filter(({ node }) => request.InstanceId === undefined || node.instanceId === request.InstanceId);
    const { page, NextToken } = paginate(found, request);
    return { CommandInvocations: page.map(invocation => describeInvocation(invocation, request.Details === true)), NextToken };
  }

  private getCommandInvocation(request: InvocationRequest, caller: Principal) {
    this.requireList('GetCommandInvocation', caller);
    const command = this.commands.find(candidate => candidate.id === request.CommandId);
    const invocation = command?.visibleInvocations().find(({ node }) => node.instanceId === request.InstanceId);
    if (!command || !invocation) throw new AwsError('InvocationDoesNotExist', 'An error occurred (InvocationDoesNotExist)');
    return {
      CommandId: command.id,
      InstanceId: request.InstanceId,
      DocumentName: command.request.execution.documentName,
      Status: invocation.status,
      StatusDetails: invocation.statusDetails,
      ResponseCode: invocation.steps.at(-1)?.responseCode ?? -1,
      StandardOutputContent: invocation.steps.map(step => step.output).join('').slice(0, 24_000),
    };
  }

  private describeInstanceInformation(request: PageRequest, caller: Principal) {
    this.requireList('DescribeInstanceInformation', caller);
    const { page, NextToken } = paginate(this.nodes, request);
    const InstanceInformationList = page.map(node => ({
      InstanceId: node.instanceId,
      PlatformType: node.platformType,
      PingStatus: node.online ? 'Online' : 'ConnectionLost',
    }));
    return { InstanceInformationList, NextToken };
  }

  /** These actions have no resources. */
  private requireList(action: string, caller: Principal): void {
    this.environment.permissions.require({ principal: caller, action: `ssm:${action}`, resource: '*' });
  }
}

interface SendRequest {
  readonly DocumentName: string;
  readonly DocumentVersion?: string;
  readonly InstanceIds?: string[];
  readonly Targets?: CommandTarget[];
  readonly Parameters?: Record<string, string[]>;
  readonly Comment?: string;
  readonly TimeoutSeconds?: number;
  readonly MaxConcurrency?: string;
  readonly MaxErrors?: string;
}

interface PageRequest {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

interface ListRequest extends PageRequest {
  readonly CommandId?: string;
  readonly InstanceId?: string;
  readonly Filters?: CommandFilter[];
  readonly Details?: boolean;
}

interface CommandFilter {
  readonly key: string;
  readonly value: string;
}

interface InvocationRequest {
  readonly CommandId: string;
  readonly InstanceId: string;
}

function noEarlyEnd(): undefined {
  return undefined;
}

function checkRequest(request: SendRequest): void {
  const { DocumentName, InstanceIds = [], Targets = [], Comment = '', TimeoutSeconds = 3600 } = request;
  check(/^[a-zA-Z0-9_\-.:/]{3,128}$/.test(DocumentName ?? ''), 'documentName', DocumentName);
  check(InstanceIds.length <= 50, 'instanceIds', InstanceIds);
  check(Targets.length <= 5 && Targets.every(target => target.Values.length <= 50), 'targets', Targets.length);
  check((InstanceIds.length > 0) !== (Targets.length > 0), 'targets', 'both or neither of InstanceIds and Targets');
  check(Targets.every(target => /^(tag:.+|InstanceIds|resource-groups:Name)$/.test(target.Key)), 'targets', Targets.map(target => target.Key));
  check(Comment.length <= 100, 'comment', Comment);
  check(TimeoutSeconds >= 30 && TimeoutSeconds <= 2_592_000, 'timeoutSeconds', TimeoutSeconds);
  check(CONCURRENCY.test(request.MaxConcurrency ?? '50'), 'maxConcurrency', request.MaxConcurrency);
  check(ERRORS.test(request.MaxErrors ?? '0'), 'maxErrors', request.MaxErrors);
}

function check(holds: boolean, member: string, value: unknown): void {
  if (!holds) throw new AwsError('ValidationException', `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint`);
}

export function isTarget(node: ManagedNode, target: CommandTarget): boolean {
  if (target.Key === 'InstanceIds') return target.Values.includes(node.instanceId);
  if (target.Key === 'resource-groups:Name') return target.Values.some(name => node.resourceGroups.includes(name));
  return target.Values.includes(node.tags[target.Key.slice('tag:'.length)]);
}

function tagContext(node: ManagedNode): Context {
  return Object.fromEntries(Object.entries(node.tags)
    .flatMap(([key, value]) => [[`ssm:resourceTag/${key}`, value], [`aws:ResourceTag/${key}`, value]]));
}

function commandFilter({ key, value }: CommandFilter): (command: Command) => boolean {
  switch (key) {
    case 'InvokedAfter': return command => command.requestedAt >= Date.parse(value);
    case 'InvokedBefore': return command => command.requestedAt < Date.parse(value);
    case 'DocumentName': return command => command.request.execution.documentName === value;
    case 'Status': return command => command.status === value || command.statusDetails === value;
    case 'ExecutionStage': return command => (command.status === 'Pending' || command.status === 'InProgress') === (value === 'Executing');
    default: throw new AwsError('InvalidFilterKey', `The specified filter key ${key} is not valid.`);
  }
}

function paginate<T>(entries: T[], request: PageRequest): { page: T[]; NextToken?: string } {
  const size = request.MaxResults ?? MAX_RESULTS;
  check(size >= 1 && size <= MAX_RESULTS, 'maxResults', size);
  const start = request.NextToken === undefined || request.NextToken === '' ? 0 : tokenOffset(request.NextToken);
  const end = start + size;
  return { page: entries.slice(start, end), NextToken: end < entries.length ? Buffer.from(`offset:${end}`).toString('base64') : undefined };
}

function tokenOffset(token: string): number {
  const [, offset] = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (offset === undefined) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  return Number(offset);
}

function describeCommand(command: Command) {
  const { request } = command;
  return {
    CommandId: command.id,
    DocumentName: request.execution.documentName,
    Comment: request.comment,
    ExpiresAfter: new Date(command.expiresAt),
    Parameters: request.parameters,
    InstanceIds: request.instanceIds,
    Targets: request.targets,
    RequestedDateTime: new Date(command.requestedAt),
    Status: command.status,
    StatusDetails: command.statusDetails,
    MaxConcurrency: request.maxConcurrency,
    MaxErrors: request.maxErrors,
    TimeoutSeconds: request.timeoutSeconds,
    TargetCount: command.targetCount,
    CompletedCount: command.completedCount,
    ErrorCount: command.errorCount,
    DeliveryTimedOutCount: command.deliveryTimedOutCount,
  };
}

function describeInvocation({ command, ...invocation }: Invocation, details: boolean) {
  const actions = command.request.execution.content.mainSteps;
  return {
    CommandId: command.id,
    InstanceId: invocation.node.instanceId,
    Comment: command.request.comment,
    DocumentName: command.request.execution.documentName,
    RequestedDateTime: new Date(command.requestedAt),
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    CommandPlugins: !details ? [] : invocation.steps.map(step => ({
      Name: step.name || actions[0].action,
      Status: step.status,
      StatusDetails: step.status === 'TimedOut' ? 'ExecutionTimedOut' : step.status,
      ResponseCode: step.responseCode,
      Output: step.output.slice(0, OUTPUT_LENGTH),
    })),
  };
}
