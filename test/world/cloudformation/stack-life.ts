import { dependencyOrder } from './dependency-order';
import { Deployment, LiveResource, merged } from './deployment';
import { StackChange } from './stack-change';
import { StackEvent, StackEvents, StackOperationFailed } from './stack-events';
import { StackResources } from './stack-resources';
import { StackRollback } from './stack-rollback';
import { Template, TemplateResolver } from './template';
import { newStackId, resolverFor } from './template-scope';
import { RealClock } from '../time/clock';
import { ConcurrentClock } from '../time/concurrent-clock';
import { World } from '../world';

export interface StackLifeOptions {
  readonly stackName: string;
  /** The cloud assembly, for the functions' code. */
  readonly assemblyDirectory?: string;
  readonly parameters?: Record<string, unknown>;
  /** Whether CloudFormation deletes the access keys of a user before the user. IAM refuses otherwise, and AWS does not say. */
  readonly deletesAccessKeys?: boolean;
  readonly onEvent?: (event: StackEvent) => void;
}

/** Milliseconds from the cancellation of a custom resource to the next event for it, as people have reported it. */
const PAUSE_AFTER_CANCELLATION = 2000;

/** A template as it is deployed. */
interface Source {
  readonly template: Template;
  readonly resources: StackResources;
}

/**
 * A stack from its creation to its deletion, as CloudFormation goes about it: one resource after the other, by what they
 * refer to; custom resources by their functions, rotations in the background. An operation that fails is rolled back, and
 * rejects with a StackOperationFailed. The world needs a clock for many sleepers: a ConcurrentClock, or a RealClock.
 */
export class StackLife {
  public readonly stackId: string;
  /** What an update could not delete, or left because its policy retains it. The stack no longer knows it. */
  public readonly orphans: LiveResource[] = [];

  private readonly log: StackEvents;
  private readonly live = new Map<string, LiveResource>();
  private source?: Source;
  private underway?: StackChange;

  constructor(private readonly world: World, private readonly options: StackLifeOptions) {
    if (!(world.clock instanceof ConcurrentClock || world.clock instanceof RealClock)) {
      throw new Error('a StackLife needs a clock for many sleepers: a ConcurrentClock or a RealClock');
    }
    this.log = new StackEvents(options.onEvent);
    this.stackId = newStackId(world, options.stackName);
  }

  /** Oldest first. */
  public get events(): StackEvent[] {
    return this.log.all;
  }

  /** What there is now. */
  public get deployment(): Deployment {
    const resources = Object.fromEntries(this.live);
    const deployment = merged([...this.live.values()].map(({ made }) => made));
    return { ...deployment, resources, outputs: this.source ? this.resolver(this.source.template).outputs() : {} };
  }

  /** When it fails, all is deleted that was created. */
  public async create(template: Template): Promise<Deployment> {
    this.source = this.sourceOf(template, this.options.assemblyDirectory);
    this.note('CREATE_IN_PROGRESS');
    try {
      await this.run(this.change(this.source));
    } catch (error) {
      this.note('ROLLBACK_IN_PROGRESS', reasonOf(error, 'create'));
      const failure = await this.deleteAll();
      this.note(failure ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE', failure && reasonOf(failure, 'delete'));
      throw error;
    }
    this.note('CREATE_COMPLETE');
    return this.deployment;
  }

  /** When it fails, the template before is applied again. What is replaced or removed is deleted at the end, and a failure there fails nothing. */
  public async update(template: Template, assemblyDirectory = this.options.assemblyDirectory): Promise<Deployment> {
    if (!this.source) throw new Error(`the stack ${this.options.stackName} does not exist`);
    const before = new Map(this.live);
    const source = this.sourceOf(template, assemblyDirectory);
    const change = this.change(source);
    this.note('UPDATE_IN_PROGRESS');
    try {
      await this.run(change);
    } catch (error) {
      await this.rollBack(change, before, error);
      throw error;
    }
    this.source = source;
    this.note('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.cleanUp(change.obsolete, before);
    this.note('UPDATE_COMPLETE');
    return this.deployment;
  }

  /**
   * Cancels the creation or update that is under way, as CloudFormation does when another of its resources has failed. It waits for no
   * custom resource: the function runs on, while the stack rolls back and calls it again.
   */
  public cancel(): void {
    if (!this.underway) throw new Error(`the stack ${this.options.stackName} is neither being created nor updated`);
    this.underway.cancel();
  }

  /** What cannot be deleted stays, with all that it needs; the stack can be deleted again. */
  public async delete(): Promise<void> {
    this.note('DELETE_IN_PROGRESS');
    const failure = await this.deleteAll();
    this.note(failure ? 'DELETE_FAILED' : 'DELETE_COMPLETE', failure && reasonOf(failure, 'delete'));
    if (failure) throw failure;
  }

  private async run(change: StackChange): Promise<void> {
    this.underway = change;
    try {
      await change.run();
    } catch (error) {
      if (change.isCancelled) await this.world.clock.sleep(PAUSE_AFTER_CANCELLATION);
      throw error;
    } finally {
      this.underway = undefined;
    }
  }

  private note(status: string, reason?: string): void {
    this.log.note(this.options.stackName, status, reason);
  }

  private sourceOf(template: Template, assemblyDirectory?: string): Source {
    const { stackName, deletesAccessKeys = false } = this.options;
    return { template, resources: new StackResources({ world: this.world, stackName, stackId: this.stackId, assemblyDirectory, deletesAccessKeys }) };
  }

  private change({ template, resources }: Source): StackChange {
    const { stackName } = this.options;
    const { live, log: events, world: environment } = this;
    return new StackChange({ environment, stackName, events, resources, live, template, resolver: this.resolver(template) });
  }

  private resolver(template: Template): TemplateResolver {
    return resolverFor(template, this.world, { ...this.options, stackId: this.stackId, resource: id => this.resource(id) });
  }

  private resource(id: string): LiveResource {
    const resource = this.live.get(id);
    if (!resource) throw new Error(`the stack has no resource ${id}`);
    return resource;
  }

  private async rollBack(change: StackChange, before: Map<string, LiveResource>, error: unknown): Promise<void> {
    const after = new Map(this.live);
    const rollback = new StackRollback({ change, before, live: this.live, events: this.log, resources: this.resources });
    this.note('UPDATE_ROLLBACK_IN_PROGRESS', reasonOf(error, 'update'));
    try {
      await rollback.run();
    } catch (failure) {
      this.note('UPDATE_ROLLBACK_FAILED', reasonOf(failure, 'update'));
      return;
    }
    this.note('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.cleanUp(rollback.obsolete, after);
    this.note('UPDATE_ROLLBACK_COMPLETE');
  }

  private get resources(): StackResources {
    if (!this.source) throw new Error(`the stack ${this.options.stackName} does not exist`);
    return this.source.resources;
  }

  private async cleanUp(obsolete: LiveResource[], from: Map<string, LiveResource>): Promise<void> {
    const order = deletionOrder(from);
    const position = ({ id }: LiveResource) => order.findIndex(resource => resource.id === id);
    for (const resource of [...obsolete].sort((a, b) => position(a) - position(b))) {
      const policy = this.live.has(resource.id) ? resource.updateReplacePolicy : resource.deletionPolicy;
      await this.remove(resource, policy).catch(() => this.orphans.push(resource));
    }
  }

  private async deleteAll(): Promise<StackOperationFailed | undefined> {
    const failures: StackOperationFailed[] = [];
    const needed = new Set<string>();
    for (const resource of deletionOrder(this.live)) {
      if (!needed.has(resource.id)) {
        await this.remove(resource, resource.deletionPolicy).then(
          () => this.live.delete(resource.id),
          (error: StackOperationFailed) => failures.push(error),
        );
      }
      if (this.live.has(resource.id)) resource.dependencies.forEach(id => needed.add(id));
    }
    return failures[0];
  }

  private async remove(resource: LiveResource, policy: string): Promise<void> {
    if (policy === 'Delete') return this.log.during(resource.id, 'DELETE', async () => this.resources.delete(resource));
    this.orphans.push(resource);
    this.log.note(resource.id, 'DELETE_SKIPPED');
  }
}

/** Every resource before those that it depends on. */
function deletionOrder(resources: Map<string, LiveResource>): LiveResource[] {
  const dependencies = new Map([...resources].map(([id, resource]) => [id, resource.dependencies]));
  return dependencyOrder(dependencies).reverse().flatMap(id => resources.get(id) ?? []);
}

function reasonOf(error: unknown, verb: string): string | undefined {
  return error instanceof StackOperationFailed ? `The following resource(s) failed to ${verb}: [${error.logicalId}].` : undefined;
}
