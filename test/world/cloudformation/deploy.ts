import { assetsOf } from './assembly-assets';
import { DeployedResource, Deployment, emptyDeployment } from './deployment';
import { ResourceCreators } from './resource-creators';
import { Template, TemplateResolver, TemplateResource } from './template';
import { newStackId, resolverFor } from './template-scope';
import { list } from '../services/policy';
import { World } from '../world';

export interface DeployOptions {
  readonly stackName?: string;
  readonly parameters?: Record<string, unknown>;
  /** The cloud assembly, for the functions' code. */
  readonly assemblyDirectory?: string;
}

/**
 * Defines in the world what a synthesized template describes. It never rotates: tests do that when they are ready.
 * A StackLife goes through what CloudFormation does, with updates, deletions and custom resources.
 */
export function deploy(template: Template, world: World, options: DeployOptions = {}): Deployment {
  return new Stack(template, world, options).deploy();
}

class Stack {
  private readonly deployment = emptyDeployment();
  private readonly resolver: TemplateResolver;
  private readonly creators: ResourceCreators;

  constructor(private readonly template: Template, world: World, { stackName = 'Stack', parameters, assemblyDirectory }: DeployOptions) {
    this.creators = new ResourceCreators({ world, stackName, assets: assetsOf(assemblyDirectory), deployment: this.deployment });
    const stackId = newStackId(world, stackName);
    this.resolver = resolverFor(template, world, { stackName, stackId, parameters, resource: id => this.resource(id) });
  }

  public deploy(): Deployment {
    for (const [id, resource] of Object.entries(this.template.Resources ?? {})) {
      if (this.exists(resource)) this.resource(id);
    }
    Object.assign(this.deployment.outputs, this.resolver.outputs());
    return this.deployment;
  }

  private exists(resource: TemplateResource): boolean {
    return resource.Condition === undefined || this.resolver.condition(resource.Condition);
  }

  /** Defines the resource when it is first asked for, and so after everything that it refers to. */
  private resource(id: string): DeployedResource {
    const known = this.deployment.resources[id];
    if (known) return known;
    const resource = this.template.Resources?.[id];
    if (!resource || !this.exists(resource)) throw new Error(`the template has no resource ${id}`);
    for (const dependency of list(resource.DependsOn)) this.resource(dependency);
    const definition = { id, type: resource.Type, properties: this.resolver.resolve(resource.Properties ?? {}) as Record<string, unknown> };
    const deployed = { type: resource.Type, properties: definition.properties, ...this.creators.create(definition) };
    this.deployment.resources[id] = deployed;
    return deployed;
  }
}
