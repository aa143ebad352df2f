import {
  Command, CommandFilter, ListCommandInvocationsCommand, ListCommandInvocationsCommandOutput,
  ListCommandsCommand, ListCommandsCommandInput, ListCommandsCommandOutput, SendCommandCommand, SSMClient,
} from '@aws-sdk/client-ssm';
import { UnreachableError } from './unreachable';
import { FleetConfig } from '../../src/private/rotation-contract';
import { describe, isAwsError, RotationError } from '../basics/errors';

const PAGE_SIZE = 50;
const ENDED = ['Success', 'Cancelled', 'Failed', 'TimedOut'];

/** Whether Run Command has finished with every node of a command. */
export function hasEnded(command: Command): boolean {
  return ENDED.includes(command.Status ?? '');
}

export function requestedAt({ RequestedDateTime }: Command): number {
  return RequestedDateTime?.getTime() ?? 0;
}

/** Asks for a page until it gets one. The answer is undefined while Systems Manager throttles calls. */
export type PageReader = <Page>(ask: () => Promise<Page | undefined>) => Promise<Page>;

/** Systems Manager Run Command: sends documents to nodes, and reads the results page by page. */
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
      // AWS's message could quote the parameters.
      const confidential = fleet.document.parameters.password !== undefined;
      const reason = confidential ? (cause as Error).name : describe(cause);
      throw new RotationError(`document ${fleet.document.name} could not be sent through Run Command: ${reason}; check that the document and the nodes exist `
        + 'and that the nodes are registered in Systems Manager, then rotate again', 'run-command-rejects-the-command', { cause: confidential ? undefined : cause });
    }
  }

  /** The commands since a moment whose comment begins like this, oldest first. */
  public async findByComment(document: string, commentStart: string, since: number, readPage: PageReader): Promise<Command[]> {
    const invokedAfter = new Date(since).toISOString().replace(/\.\d+Z$/, 'Z');
    const filters: CommandFilter[] = [{ key: 'InvokedAfter', value: invokedAfter }];
    // It is not documented whether the filter accepts the ARN of a shared document.
    if (!document.startsWith('arn:')) filters.push({ key: 'DocumentName', value: document });
    return this.list({ Filters: filters }, commentStart, readPage);
  }

  /** The commands that a node was sent and whose comment begins like this, oldest first. */
  public async findByNode(instanceId: string, commentStart: string, readPage: PageReader): Promise<Command[]> {
    return this.list({ InstanceId: instanceId }, commentStart, readPage);
  }

  /** A command by its id; undefined while Systems Manager does not show it yet, or throttles calls. */
  public async get(commandId: string): Promise<Command | undefined> {
    const reply = await unlessThrottled(this.client.send(new ListCommandsCommand({ CommandId: commandId })));
    return reply?.Commands?.[0];
  }

  /** A page of a command's results, node by node; undefined while Systems Manager throttles calls. */
  public async invocations(commandId: string, token?: string): Promise<ListCommandInvocationsCommandOutput | undefined> {
    return unlessThrottled(this.client.send(
      new ListCommandInvocationsCommand({ CommandId: commandId, Details: true, MaxResults: PAGE_SIZE, NextToken: token })));
  }

  private async list(which: Pick<ListCommandsCommandInput, 'Filters' | 'InstanceId'>, commentStart: string, readPage: PageReader): Promise<Command[]> {
    const found: Command[] = [];
    let token: string | undefined;
    do {
      const command = new ListCommandsCommand({ ...which, MaxResults: PAGE_SIZE, NextToken: token });
      const page: ListCommandsCommandOutput = await readPage(async () => unlessThrottled(this.client.send(command)));
      found.push(...(page.Commands ?? []).filter(({ Comment }) => Comment?.startsWith(commentStart)));
      token = page.NextToken;
    } while (token);
    return found.sort((a, b) => requestedAt(a) - requestedAt(b));
  }
}

/** The SDK has already retried a throttled call for some seconds. A caller with more time can ask again. */
async function unlessThrottled<T>(reply: Promise<T>): Promise<T | undefined> {
  return reply.catch((error: unknown) => {
    if (isAwsError(error, 'Throttling')) return undefined;
    throw error;
  });
}
