import { assetsOf } from './assembly-assets';
import { Deployment, LiveResource, Physical, ResourceDefinition, emptyDeployment } from './deployment';
import { ResourceCreators } from './resource-creators';
import { ResourceDeleters } from './resource-deleters';
import { text } from './resource-properties';
import { ResourceUpdaters } from './resource-updaters';
import { CustomResourceAnswer } from '../functions/custom-resource-answer';
import { CustomResourceOrder, isCustom } from '../functions/custom-resource-request';
import { World } from '../world';

export interface StackResourcesOptions {
  readonly world: World;
  readonly stackName: string;
  readonly stackId: string;
  readonly assemblyDirectory?: string;
  readonly deletesAccessKeys: boolean;
}

/** Makes, changes and deletes single resources, the custom ones by way of their functions. */
export class StackResources {
  private readonly assets: Map<string, string>;

  constructor(private readonly options: StackResourcesOptions) {
    this.assets = assetsOf(options.assemblyDirectory);
  }

  public async create(definition: ResourceDefinition, made: Deployment, cancellation: AbortSignal): Promise<Physical> {
    if (isCustom(definition.type)) return this.send('Create', definition, {}, cancellation);
    const rotation = this.rotationBefore(definition);
    const physical = this.creators(made).create(definition);
    this.startRotation(definition, rotation);
    return physical;
  }

  public async update(before: LiveResource, definition: ResourceDefinition, cancellation?: AbortSignal): Promise<Physical> {
    const { properties: oldProperties, ref: physicalId } = before;
    if (isCustom(definition.type)) return this.send('Update', definition, { physicalId, oldProperties }, cancellation);
    const rotation = this.rotationBefore(definition);
    new ResourceUpdaters(this.options.world, this.creators(emptyDeployment())).update(before, definition);
    this.startRotation(definition, rotation);
    return { ref: before.ref, attributes: before.attributes };
  }

  public async delete(resource: LiveResource): Promise<void> {
    if (isCustom(resource.type)) await this.send('Delete', resource, { physicalId: resource.ref });
    else new ResourceDeleters(this.options.world, this.options.deletesAccessKeys).delete(resource);
  }

  private creators(deployment: Deployment): ResourceCreators {
    return new ResourceCreators({ ...this.options, assets: this.assets, deployment });
  }

  private rotationBefore(definition: ResourceDefinition) {
    return definition.type === 'AWS::SecretsManager::RotationSchedule' ? this.secretOf(definition).rotation : undefined;
  }

  /** To CloudFormation, a schedule is one call of RotateSecret: it starts a rotation, or changes nothing. */
  private startRotation(definition: ResourceDefinition, before: ReturnType<typeof this.rotationBefore>): void {
    if (definition.type !== 'AWS::SecretsManager::RotationSchedule') return;
    const secret = this.secretOf(definition);
    try {
      this.options.world.secretsManager.startRotation?.(secret, secret.rotation?.rotateImmediately !== false);
    } catch (error) {
      secret.rotation = before;
      throw error;
    }
  }

  private secretOf(definition: ResourceDefinition) {
    return this.options.world.secretsManager.secret(text(definition, 'SecretId'));
  }

  private async send(
    requestType: CustomResourceOrder['requestType'], { id, type, properties }: ResourceDefinition, more: Partial<CustomResourceOrder>,
    cancellation?: AbortSignal,
  ): Promise<Physical> {
    const { stackId, world } = this.options;
    return physicalOf(await world.customResources.send({ requestType, stackId, logicalId: id, type, properties, ...more }, cancellation));
  }
}

function physicalOf({ StackId, LogicalResourceId, RequestId, PhysicalResourceId, Data }: CustomResourceAnswer): Physical {
  return {
    ref: PhysicalResourceId,
    attributes: Object.fromEntries(Object.entries(Data ?? {}).map(([name, value]) => [name, String(value)])),
    responseObject: `${StackId}|${LogicalResourceId}|${RequestId}`,
  };
}
