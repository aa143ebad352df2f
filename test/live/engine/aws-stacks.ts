import {
  CancelUpdateStackCommand, CloudFormationClient, DeleteStackCommand, DescribeStacksCommand, paginateDescribeStackEvents, paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CdkCli } from './cdk-cli';
import { StackEvent, StackResource, Stacks } from './engine';
import { Clock, HOUR, SECOND } from '../../../lambda-src/basics/time';

/** Stacks of AWS, deployed and destroyed by the CDK CLI. */
export class AwsStacks implements Stacks {
  constructor(private readonly client: CloudFormationClient, private readonly cli: CdkCli, private readonly clock: Clock) {}

  public async deploy(assembly: string, stackName: string): Promise<void> {
    await this.cli.deploy(assembly, stackName);
  }

  public async cancel(stackName: string): Promise<void> {
    await this.client.send(new CancelUpdateStackCommand({ StackName: stackName }));
  }

  public async destroy(assembly: string, stackName: string): Promise<void> {
    await this.cli.stop();
    await this.settle(stackName);
    if (await this.status(stackName) === undefined) return;
    await this.cli.destroy(assembly, stackName);
  }

  public async status(stackName: string): Promise<string | undefined> {
    try {
      const { Stacks: [stack] = [] } = await this.client.send(new DescribeStacksCommand({ StackName: stackName }));
      return stack?.StackStatus;
    } catch (error) {
      if (/does not exist/.test((error as Error).message)) return undefined;
      throw error;
    }
  }

  public async events(stackName: string): Promise<StackEvent[]> {
    const events: StackEvent[] = [];
    for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client: this.client }, { StackName: stackName })) {
      events.push(...StackEvents.map(event => ({
        at: event.Timestamp!.getTime(), logicalId: event.LogicalResourceId!, status: event.ResourceStatus!, reason: event.ResourceStatusReason,
      })));
    }
    return events.reverse();
  }

  public async resources(stackName: string): Promise<StackResource[]> {
    const resources: StackResource[] = [];
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client: this.client }, { StackName: stackName })) {
      resources.push(...StackResourceSummaries.map(summary => ({
        logicalId: summary.LogicalResourceId!, type: summary.ResourceType!, physicalId: summary.PhysicalResourceId ?? '',
      })));
    }
    return resources;
  }

  public async stop(): Promise<void> {
    await this.cli.stop();
  }

  /** CloudFormation refuses to delete a stack that is being updated. A creation ends with its deletion. */
  private async settle(stackName: string): Promise<void> {
    const end = this.clock.now() + HOUR;
    if (await this.status(stackName) === 'UPDATE_IN_PROGRESS') await this.cancel(stackName).catch(() => undefined);
    if (await this.status(stackName) === 'CREATE_IN_PROGRESS') await this.client.send(new DeleteStackCommand({ StackName: stackName }));
    while (/_IN_PROGRESS$/.test(await this.status(stackName) ?? '') && this.clock.now() < end) await this.clock.sleep(5 * SECOND);
  }
}
