import { dependenciesOf, dependencyOrder } from './dependency-order';
import { LiveResource, Physical, ResourceDefinition, emptyDeployment } from './deployment';
import { Environment } from '../environment';
import { isReplaced, isSame } from './replacements';
import { StackEvents } from './stack-events';
import { StackResources } from './stack-resources';
import { Template, TemplateResolver, TemplateResource } from './template';
import { CustomResourceFailure } from '../functions/custom-resource-answer';

export interface StackChangeOptions {
  readonly environment: Environment;
  readonly stackName: string;
  readonly events: StackEvents;
  readonly resources: StackResources;
  /** What the stack has, by logical id: the change changes it. */
  readonly live: Map<string, LiveResource>;
  readonly template: Template;
  readonly resolver: TemplateResolver;
}

/** One way from what a stack has to what a template describes, without the deletions at its end. */
export class StackChange {
  /** What others have replaced, and what the template no longer has. */
  public readonly obsolete: LiveResource[] = [];
  /** The properties of all that was to be changed, by logical id. */
  public readonly attempted = new Map<string, Record<string, unknown>>();

  private readonly cancellation = new AbortController();
  private readonly wanted: Map<string, TemplateResource>;
  private readonly dependencies: Map<string, string[]>;

  constructor(private readonly options: StackChangeOptions) {
    this.wanted = new Map(Object.entries(options.template.Resources ?? {}).filter(([, resource]) => isWanted(resource, options.resolver)));
    const ids = new Set(this.wanted.keys());
    this.dependencies = new Map([...this.wanted].map(([id, resource]) => [id, dependenciesOf(resource, ids)]));
  }

  public get isCancelled(): boolean {
    return this.cancellation.signal.aborted;
  }

  /** Fails the change before its next resource, or the custom resource whose answer it waits for. */
  public cancel(): void {
    this.cancellation.abort(new Error(`the stack ${this.options.stackName} was cancelled`));
  }

  public async run(): Promise<void> {
    for (const id of dependencyOrder(this.dependencies)) await this.bring(id);
    for (const [id, resource] of this.options.live) {
      if (this.wanted.has(id)) continue;
      this.obsolete.push(resource);
      this.options.live.delete(id);
    }
  }

  private async bring(id: string): Promise<void> {
    this.cancellation.signal.throwIfAborted();
    const before = this.options.live.get(id);
    if (before && this.isUnchanged(before)) return this.keep(before);
    await this.options.events.during(id, before ? 'UPDATE' : 'CREATE', async () => {
      const definition = this.define(id);
      this.attempted.set(id, definition.properties);
      if (!before) await this.create(definition);
      else if (before.type !== definition.type) throw new Error(`Update of resource type is not permitted, got ${before.type} and ${definition.type}`);
      else if (isReplaced(definition, before.properties)) await this.replace(before, definition);
      else await this.update(before, definition);
    });
  }

  private isUnchanged(before: LiveResource): boolean {
    try {
      const { type, properties } = this.define(before.id);
      return type === before.type && isSame(properties, before.properties);
    } catch {
      // Whatever cannot be resolved has changed, and says so where an event can show it.
      return false;
    }
  }

  private define(id: string): ResourceDefinition {
    const { Type, Properties = {} } = this.templateOf(id);
    return { id, type: Type, properties: this.options.resolver.resolve(Properties) as Record<string, unknown> };
  }

  private async create(definition: ResourceDefinition): Promise<void> {
    const made = emptyDeployment();
    try {
      const physical = await this.options.resources.create(definition, made, this.cancellation.signal);
      this.options.live.set(definition.id, this.liveResource(definition, physical, made));
    } catch (error) {
      if (error instanceof CustomResourceFailure) this.noteFailed(definition, error);
      throw error;
    }
  }

  /** A custom resource may have been made in part: it is deleted, if need be by an id that CloudFormation makes up. */
  private noteFailed(definition: ResourceDefinition, { physicalId }: CustomResourceFailure): void {
    const { environment, stackName, live } = this.options;
    const ref = physicalId ?? `${stackName}-${definition.id}-${environment.random.upper(12)}`;
    live.set(definition.id, this.liveResource(definition, { ref, attributes: {} }, emptyDeployment()));
  }

  private async replace(before: LiveResource, definition: ResourceDefinition): Promise<void> {
    await this.create(definition);
    this.obsolete.push(before);
  }

  /** A custom resource that answers with another id has replaced itself. */
  private async update(before: LiveResource, definition: ResourceDefinition): Promise<void> {
    const physical = await this.options.resources.update(before, definition, this.cancellation.signal);
    if (physical.ref !== before.ref) this.obsolete.push(before);
    this.options.live.set(definition.id, this.liveResource(definition, physical, before.made));
  }

  private keep(before: LiveResource): void {
    this.options.live.set(before.id, this.liveResource(before, before, before.made));
  }

  private liveResource({ id, type, properties }: ResourceDefinition, { ref, attributes, responseObject }: Physical, made: LiveResource['made']): LiveResource {
    const { DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' } = this.templateOf(id);
    const policies = { deletionPolicy: DeletionPolicy, updateReplacePolicy: UpdateReplacePolicy };
    return { id, type, properties, ref, attributes, responseObject, made, dependencies: this.dependencies.get(id) ?? [], ...policies };
  }

  private templateOf(id: string): TemplateResource {
    const resource = this.wanted.get(id);
    if (!resource) throw new Error(`the template has no resource ${id}`);
    return resource;
  }
}

function isWanted({ Condition }: TemplateResource, resolver: TemplateResolver): boolean {
  return Condition === undefined || resolver.condition(Condition);
}
