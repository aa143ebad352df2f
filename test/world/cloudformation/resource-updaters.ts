import { LiveResource, ResourceDefinition } from './deployment';
import { IdentityPolicies } from './identity-policies';
import { isSame } from './replacements';
import { documentContent, ResourceCreators, rotationOf, tagsOf } from './resource-creators';
import { optionalText, text, texts } from './resource-properties';
import { Identity } from '../services/iam';
import { PolicyDocument } from '../services/policy';
import { AssociationProperties } from '../services/state-manager';
import { World } from '../world';

type Updater = (before: LiveResource, definition: ResourceDefinition) => void;

/** Changes the resources of a stack in place. */
export class ResourceUpdaters {
  private readonly updaters: Record<string, Updater> = {
    'AWS::IAM::User': (before, definition) => this.updateUser(before, definition),
    'AWS::IAM::Group': (before, definition) => this.updateIdentity(this.world.iam.group(before.ref), before, definition),
    'AWS::IAM::UserToGroupAddition': (before, definition) => this.updateMembers(before, definition),
    'AWS::IAM::Role': (before, definition) => this.updateIdentity(this.world.iam.role(before.ref), before, definition),
    'AWS::IAM::Policy': (before, definition) => this.updatePolicy(before, definition),
    'AWS::IAM::UserPolicy': (before, definition) => this.updatePolicy(before, definition),
    'AWS::IAM::RolePolicy': (before, definition) => this.updatePolicy(before, definition),
    'AWS::IAM::GroupPolicy': (before, definition) => this.updatePolicy(before, definition),
    'AWS::IAM::ManagedPolicy': (before, definition) => this.updateManagedPolicy(before, definition),
    'AWS::SecretsManager::Secret': (before, definition) => this.updateSecret(before, definition),
    'AWS::SecretsManager::RotationSchedule': ({ ref }, definition) => this.world.secretsManager.setRotation(ref, rotationOf(definition)),
    'AWS::SecretsManager::ResourcePolicy': ({ ref }, definition) => {
      this.world.secretsManager.secret(ref).resourcePolicy = definition.properties.ResourcePolicy as PolicyDocument;
    },
    'AWS::KMS::Key': ({ ref }, definition) => this.updateKey(ref, definition),
    'AWS::KMS::Alias': ({ ref }, definition) => this.world.kms.createAlias(ref, text(definition, 'TargetKeyId')),
    'AWS::SSM::Document': ({ ref: name }, definition) => this.world.ssm.documents.register({ name, content: documentContent(definition) }),
    'AWS::SSM::Association': (before, definition) => this.updateAssociation(before, definition),
    'AWS::Events::Rule': ({ attributes: { Arn } }, definition) => this.updateRule(Arn, definition),
    'AWS::Lambda::EventInvokeConfig': (_before, definition) => this.creators.configureInvocations(definition),
    'AWS::Lambda::Function': ({ attributes: { Arn } }, definition) => this.updateFunction(Arn, definition),
  };

  private readonly policies: IdentityPolicies;

  constructor(private readonly world: World, private readonly creators: ResourceCreators) {
    this.policies = new IdentityPolicies(world.iam);
  }

  public update(before: LiveResource, definition: ResourceDefinition): void {
    this.updaters[definition.type]?.(before, definition);
  }

  private updateUser(before: LiveResource, definition: ResourceDefinition): void {
    const { iam } = this.world;
    this.updateIdentity(iam.user(before.ref), before, definition);
    for (const group of texts(before, 'Groups')) iam.removeUserFromGroup(before.ref, group);
    for (const group of texts(definition, 'Groups')) iam.addUserToGroup(before.ref, group);
  }

  private updateIdentity(identity: Identity, before: LiveResource, definition: ResourceDefinition): void {
    identity.permissionsBoundary = optionalText(definition, 'PermissionsBoundary');
    this.policies.detachOwn(identity, before);
    this.policies.attachOwn(identity, definition);
  }

  private updateMembers(before: LiveResource, definition: ResourceDefinition): void {
    const { iam } = this.world;
    for (const user of texts(definition, 'Users')) iam.addUserToGroup(user, text(definition, 'GroupName'));
    const left = text(before, 'GroupName') === text(definition, 'GroupName') ? texts(definition, 'Users') : [];
    for (const user of texts(before, 'Users').filter(name => !left.includes(name))) iam.removeUserFromGroup(user, text(before, 'GroupName'));
  }

  private updatePolicy(before: LiveResource, definition: ResourceDefinition): void {
    this.policies.detachInline(before);
    this.policies.attachInline(definition);
  }

  private updateManagedPolicy(before: LiveResource, definition: ResourceDefinition): void {
    this.world.iam.putManagedPolicy(before.ref, definition.properties.PolicyDocument as PolicyDocument);
    this.policies.detachManaged(before.ref, before);
    this.policies.attachManaged(before.ref, definition);
  }

  /** A value that the template leaves alone stays, whatever a rotation has made of it. */
  private updateSecret(before: LiveResource, definition: ResourceDefinition): void {
    const { secretsManager, random } = this.world;
    const secret = secretsManager.secret(before.ref);
    const changed = (name: string) => !isSame(before.properties[name], definition.properties[name]);
    if (changed('KmsKeyId')) secretsManager.changeKey(secret, optionalText(definition, 'KmsKeyId'));
    secret.tags = tagsOf(definition);
    const value = changed('SecretString') || changed('GenerateSecretString') ? this.creators.secretValue(definition) : undefined;
    if (value !== undefined) secretsManager.putValue(secret, random.uuid(), { SecretString: value });
  }

  private updateKey(id: string, definition: ResourceDefinition): void {
    this.world.kms.key(id).policy = definition.properties.KeyPolicy as PolicyDocument;
  }

  private updateAssociation(before: LiveResource, definition: ResourceDefinition): void {
    this.world.stateManager.dissociate(before.properties as unknown as AssociationProperties);
    this.world.stateManager.associate(definition.properties as unknown as AssociationProperties);
  }

  private updateRule(arn: string, definition: ResourceDefinition): void {
    this.world.eventRules.remove(arn);
    this.creators.putRule(arn, definition);
  }

  private updateFunction(arn: string, definition: ResourceDefinition): void {
    const fn = this.world.functions.find(arn);
    if (!fn) throw new Error(`Function not found: ${arn}`);
    Object.assign(fn, this.creators.functionSettings(definition));
  }
}
