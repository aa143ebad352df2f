import { LiveResource } from './deployment';
import { IdentityPolicies } from './identity-policies';
import { text, texts } from './resource-properties';
import { AssociationProperties } from '../services/state-manager';
import { World } from '../world';

/** What services say of something that somebody has deleted before: CloudFormation takes that for a success. */
const GONE = ['NoSuchEntity', 'ResourceNotFoundException', 'NotFoundException', 'InvalidDocument'];

/** Deletes the resources of a stack, as far as their services let it. */
export class ResourceDeleters {
  private readonly deleters: Record<string, (resource: LiveResource) => void> = {
    'AWS::IAM::User': ({ ref }) => this.deleteUser(ref),
    'AWS::IAM::Group': ({ ref }) => this.world.iam.deleteGroup(ref),
    'AWS::IAM::UserToGroupAddition': resource => this.removeUsersFromGroup(resource),
    'AWS::IAM::Role': ({ ref }) => this.world.iam.deleteRole(ref),
    'AWS::IAM::Policy': resource => this.policies.detachInline(resource),
    'AWS::IAM::UserPolicy': resource => this.policies.detachInline(resource),
    'AWS::IAM::RolePolicy': resource => this.policies.detachInline(resource),
    'AWS::IAM::GroupPolicy': resource => this.policies.detachInline(resource),
    'AWS::IAM::ManagedPolicy': resource => this.deleteManagedPolicy(resource),
    // People who have deleted a stack can use its secrets' names again at once, so that there is no recovery window.
    'AWS::SecretsManager::Secret': ({ ref }) => this.world.secretsManager.forceDeleteSecret(ref),
    'AWS::SecretsManager::RotationSchedule': resource => this.world.secretsManager.cancelRotation(this.secretOf(resource)),
    'AWS::SecretsManager::ResourcePolicy': resource => { this.secretOf(resource).resourcePolicy = undefined; },
    'AWS::KMS::Key': ({ ref }) => this.world.kms.scheduleDeletion(ref),
    'AWS::KMS::Alias': ({ ref }) => this.world.kms.deleteAlias(ref),
    'AWS::SSM::Document': ({ ref }) => this.world.ssm.documents.remove(ref),
    'AWS::SSM::Association': ({ properties }) => this.world.stateManager.dissociate(properties as unknown as AssociationProperties),
    'AWS::Events::Rule': ({ attributes }) => this.world.eventRules.remove(attributes.Arn),
    'AWS::Lambda::EventInvokeConfig': resource => this.removeEventInvokeConfig(resource),
    'AWS::Lambda::Function': ({ attributes }) => this.world.functions.remove(attributes.Arn),
    'AWS::Lambda::Permission': resource => this.removePermission(resource),
  };

  private readonly policies: IdentityPolicies;

  constructor(private readonly world: World, private readonly deletesAccessKeys: boolean) {
    this.policies = new IdentityPolicies(world.iam);
  }

  public delete(resource: LiveResource): void {
    try {
      this.deleters[resource.type]?.(resource);
    } catch (error) {
      if (!(error instanceof Error) || !GONE.includes(error.name)) throw error;
    }
  }

  /** CloudFormation takes a user out of its groups; whether it deletes its keys as well, AWS does not say. */
  private deleteUser(name: string): void {
    const { iam } = this.world;
    for (const group of iam.user(name).groups) iam.removeUserFromGroup(name, group);
    if (this.deletesAccessKeys) iam.keysOf(name).forEach(({ accessKeyId }) => iam.deleteAccessKey(name, accessKeyId));
    iam.deleteUser(name);
  }

  private removeUsersFromGroup(resource: LiveResource): void {
    for (const user of texts(resource, 'Users')) this.world.iam.removeUserFromGroup(user, text(resource, 'GroupName'));
  }

  private deleteManagedPolicy(resource: LiveResource): void {
    this.policies.detachManaged(resource.ref, resource);
    this.world.iam.deleteManagedPolicy(resource.ref);
  }

  private secretOf(resource: LiveResource) {
    return this.world.secretsManager.secret(text(resource, 'SecretId'));
  }

  private removeEventInvokeConfig(resource: LiveResource): void {
    const fn = this.world.functions.find(text(resource, 'FunctionName'));
    if (fn) fn.maximumEventAgeSeconds = undefined;
  }

  private removePermission(resource: LiveResource): void {
    const fn = this.world.functions.find(text(resource, 'FunctionName'));
    fn?.permissions.splice(0, Infinity, ...fn.permissions.filter(({ id }) => id !== resource.ref));
  }
}
