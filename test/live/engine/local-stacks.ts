import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackEvent, StackResource, Stacks } from './engine';
import { StackLife, StackOperationFailed, World } from '../../world';
import { Template } from '../../world/cloudformation/template';

interface LocalStack {
  readonly life: StackLife;
  readonly events: StackEvent[];
  /** What is under way; never rejects. */
  underway?: Promise<unknown>;
}

/** Stacks by the driver of the lifecycle tests, from the templates that the CDK CLI would deploy. */
export class LocalStacks implements Stacks {
  private readonly stacks = new Map<string, LocalStack>();

  constructor(private readonly world: World, private readonly onCreated: (resource: StackResource, properties: Record<string, unknown>) => void) {}

  public async deploy(assembly: string, stackName: string): Promise<void> {
    const template = JSON.parse(readFileSync(join(assembly, `${stackName}.template.json`), 'utf8')) as Template;
    const known = this.stacks.get(stackName);
    const stack = known ?? this.add(stackName);
    await this.during(stack, known ? stack.life.update(template) : stack.life.create(template));
  }

  public async cancel(stackName: string): Promise<void> {
    this.stack(stackName).life.cancel();
  }

  public async destroy(_assembly: string, stackName: string): Promise<void> {
    const stack = this.stacks.get(stackName);
    if (!stack) return;
    if (/^(CREATE|UPDATE)_IN_PROGRESS$/.test(await this.status(stackName) ?? '')) stack.life.cancel();
    await stack.underway;
    await this.during(stack, stack.life.delete());
    this.stacks.delete(stackName);
  }

  public async status(stackName: string): Promise<string | undefined> {
    return this.stacks.get(stackName)?.events.filter(({ logicalId }) => logicalId === stackName).at(-1)?.status;
  }

  public async events(stackName: string): Promise<StackEvent[]> {
    return this.stack(stackName).events;
  }

  public async resources(stackName: string): Promise<StackResource[]> {
    const { resources } = this.stack(stackName).life.deployment;
    return Object.entries(resources).map(([logicalId, { ref, type }]) => ({ logicalId, type, physicalId: ref }));
  }

  public get names(): string[] {
    return [...this.stacks.keys()];
  }

  private add(stackName: string): LocalStack {
    const events: StackEvent[] = [];
    const life = new StackLife(this.world, {
      stackName,
      onEvent: event => {
        events.push({ at: this.world.clock.now(), ...event });
        if (event.status === 'CREATE_COMPLETE') this.announce(stackName, event.logicalId);
      },
    });
    const stack = { life, events };
    this.stacks.set(stackName, stack);
    return stack;
  }

  private announce(stackName: string, logicalId: string): void {
    const resource = this.stack(stackName).life.deployment.resources[logicalId];
    if (resource) this.onCreated({ logicalId, type: resource.type, physicalId: resource.ref }, resource.properties);
  }

  private async during(stack: LocalStack, operation: Promise<unknown>): Promise<void> {
    stack.underway = operation.catch(() => undefined);
    await operation.catch((error: unknown) => {
      throw error instanceof StackOperationFailed ? new Error(`${error.logicalId} ${error.status}: ${error.reason}`) : error;
    });
  }

  private stack(stackName: string): LocalStack {
    const stack = this.stacks.get(stackName);
    if (!stack) throw new Error(`Stack with id ${stackName} does not exist`);
    return stack;
  }
}
