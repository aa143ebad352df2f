import {
  Command, CommandFilter, CommandInvocation, ListCommandInvocationsCommand, ListCommandInvocationsCommandOutput,
  ListCommandsCommand, ListCommandsCommandOutput, SendCommandCommand, SSMClient,
} from '@aws-sdk/client-ssm';
import { describe, RotationError } from './errors';
import { UnreachableError } from './unreachable';
import { FleetConfig } from '../src/rotation-contract';

export const PAGE_SIZE = 50;
const ENDED = ['Success', 'Cancelled', 'Failed', 'TimedOut'];

/** Whether Run Command has finished with every node of a command. */
export function hasEnded(command: Command): boolean {
  return ENDED.includes(command.Status ?? '');
}

export function requestedAt({ RequestedDateTime }: Command): number {
  return RequestedDateTime?.getTime() ?? 0;
}

/** Systems Manager Run Command: sends documents to nodes, and reads back what became of them, page by page. */
export class RunCommand {
  constructor(private readonly client: SSMClient) {}

  public async send(fleet: FleetConfig, comment: string, parameters: Record<string, string[]>): Promise<string> {
    const command = new SendCommandCommand({
      DocumentName: fleet.document.name,
      DocumentVersion: fleet.document.version,
      Targets: fleet.targets?.map(({ key, values }) => ({ Key: key, Values: values })),
      InstanceIds: fleet.instanceIds,
      Parameters: parameters,
      Comment: comment,
      TimeoutSeconds: fleet.timeoutSeconds,
      MaxConcurrency: fleet.maxConcurrency,
      MaxErrors: fleet.maxErrors,
    });
    try {
      return (await this.client.send(command)).Command!.CommandId!;
    } catch (cause) {
      if (cause instanceof UnreachableError) throw cause;
      // A message could quote the parameters.
      const confidential = fleet.document.parameters.password !== undefined;
      const reason = confidential ? (cause as Error).name : describe(cause);
      throw new RotationError(`Run Command did not take document ${fleet.document.name}: ${reason}; `
        + 'check that document and nodes exist and that the nodes are registered in Systems Manager', { cause: confidential ? undefined : cause });
    }
  }

  /** The commands since a moment whose comment begins like this, oldest first. */
  public async findByComment(document: string, commentStart: string, since: number): Promise<Command[]> {
    const invokedAfter = new Date(since).toISOString().replace(/\.\d+Z$/, 'Z');
    const filters: CommandFilter[] = [{ key: 'InvokedAfter', value: invokedAfter }];
    // Whether the filter knows a shared document by its ARN is not documented.
    if (!document.startsWith('arn:')) filters.push({ key: 'DocumentName', value: document });
    const found: Command[] = [];
    let token: string | undefined;
    do {
      const page: ListCommandsCommandOutput = await this.client.send(
        new ListCommandsCommand({ Filters: filters, MaxResults: PAGE_SIZE, NextToken: token }));
      found.push(...(page.Commands ?? []).filter(({ Comment }) => Comment?.startsWith(commentStart)));
      token = page.NextToken;
    } while (token);
    return found.sort((a, b) => requestedAt(a) - requestedAt(b));
  }

  /** A command by its id; undefined while Systems Manager does not show it yet. */
  public async get(commandId: string): Promise<Command | undefined> {
    const { Commands } = await this.client.send(new ListCommandsCommand({ CommandId: commandId }));
    return Commands?.[0];
  }

  /** What became of the command, node by node. */
  public async *invocations(commandId: string): AsyncGenerator<CommandInvocation> {
    let token: string | undefined;
    do {
      const page: ListCommandInvocationsCommandOutput = await this.client.send(
        new ListCommandInvocationsCommand({ CommandId: commandId, Details: true, MaxResults: PAGE_SIZE, NextToken: token }));
      yield* page.CommandInvocations ?? [];
      token = page.NextToken;
    } while (token);
  }
}
