import { Deployment, Physical, ResourceDefinition } from './deployment';
import { IdentityPolicies } from './identity-policies';
import { optionalText, text, texts } from './resource-properties';
import { DeployedFunction, FunctionSettings } from '../functions/deployed-functions';
import { DocumentContent } from '../nodes/managed-node';
import { AwsError } from '../services/aws-error';
import { PolicyDocument, list } from '../services/policy';
import { RotationConfiguration } from '../services/secrets-manager';
import { AssociationProperties } from '../services/state-manager';
import { World } from '../world';

export interface ResourceCreatorsOptions {
  readonly world: World;
  readonly stackName: string;
  /** The directories of the assembly's assets by their object keys. */
  readonly assets: Map<string, string>;
  /** Where what is made is noted. */
  readonly deployment: Deployment;
}

/** Makes the resources of a stack, each by what its type means. */
export class ResourceCreators {
  private readonly creators: Record<string, (definition: ResourceDefinition) => Physical> = {
    'AWS::IAM::User': definition => this.createUser(definition),
    'AWS::IAM::Group': definition => this.createGroup(definition),
    'AWS::IAM::UserToGroupAddition': definition => this.addUsersToGroup(definition),
    'AWS::IAM::Role': definition => this.createRole(definition),
    'AWS::IAM::Policy': definition => this.createPolicy(definition),
    'AWS::IAM::UserPolicy': definition => this.createPolicy(definition),
    'AWS::IAM::RolePolicy': definition => this.createPolicy(definition),
    'AWS::IAM::GroupPolicy': definition => this.createPolicy(definition),
    'AWS::IAM::ManagedPolicy': definition => this.createManagedPolicy(definition),
    'AWS::SecretsManager::Secret': definition => this.createSecret(definition),
    'AWS::SecretsManager::RotationSchedule': definition => this.createRotationSchedule(definition),
    'AWS::SecretsManager::ResourcePolicy': definition => this.createSecretPolicy(definition),
    'AWS::KMS::Key': definition => this.createKey(definition),
    'AWS::KMS::Alias': definition => this.createAlias(definition),
    'AWS::SSM::Document': definition => this.createDocument(definition),
    'AWS::SSM::Association': definition => this.createAssociation(definition),
    'AWS::Events::Rule': definition => this.createRule(definition),
    'AWS::Lambda::Function': definition => this.createFunction(definition),
    'AWS::Lambda::EventInvokeConfig': definition => this.createEventInvokeConfig(definition),
    'AWS::Lambda::Permission': definition => this.createPermission(definition),
    'AWS::CloudFormation::WaitCondition': definition => this.wait(definition),
  };

  private readonly world: World;
  private readonly stackName: string;
  private readonly assets: Map<string, string>;
  private readonly deployment: Deployment;
  private readonly policies: IdentityPolicies;

  constructor({ world, stackName, assets, deployment }: ResourceCreatorsOptions) {
    this.world = world;
    this.stackName = stackName;
    this.assets = assets;
    this.deployment = deployment;
    this.policies = new IdentityPolicies(world.iam);
  }

  public create(definition: ResourceDefinition): Physical {
    const create = this.creators[definition.type] ?? (() => this.createUnknown(definition));
    return create(definition);
  }

  /** The value that the template gives, or a generated one; undefined for an empty secret. */
  public secretValue(definition: ResourceDefinition): string | undefined {
    return optionalText(definition, 'SecretString') ?? this.generated(definition.properties.GenerateSecretString as Generator | undefined);
  }

  /** Rules that wait for events wait for ever: nothing sends any here. */
  public putRule(arn: string, definition: ResourceDefinition): void {
    const schedule = optionalText(definition, 'ScheduleExpression');
    const targets = list(definition.properties.Targets as { Arn: string; Input: string }[] | undefined);
    if (schedule !== undefined) this.world.eventRules.add(arn, schedule, targets.map(({ Arn, Input }) => ({ functionArn: Arn, input: Input })));
  }

  /** How often Lambda calls the function again that fails is up to the test: `world.asynchronousInvocations`. */
  public configureInvocations(definition: ResourceDefinition): void {
    const age = definition.properties.MaximumEventAgeInSeconds;
    this.functionNamed(text(definition, 'FunctionName')).maximumEventAgeSeconds = age === undefined ? undefined : Number(age);
  }

  public functionSettings(definition: ResourceDefinition): FunctionSettings {
    const environment = definition.properties.Environment as { Variables?: Record<string, string> } | undefined;
    const code = definition.properties.Code as { S3Key?: string } | undefined;
    return {
      environment: environment?.Variables ?? {},
      timeoutSeconds: Number(definition.properties.Timeout ?? 3),
      roleArn: text(definition, 'Role'),
      handler: optionalText(definition, 'Handler') ?? '',
      codeDirectory: this.assets.get(code?.S3Key ?? '') ?? '',
    };
  }

  private createUser(definition: ResourceDefinition): Physical {
    const user = this.world.iam.createUser(this.identityOptions(definition, 'UserName'));
    this.policies.attachOwn(user, definition);
    for (const group of texts(definition, 'Groups')) this.world.iam.addUserToGroup(user.name, group);
    this.deployment.users[definition.id] = user;
    return { ref: user.name, attributes: { Arn: user.arn } };
  }

  private createGroup(definition: ResourceDefinition): Physical {
    const group = this.world.iam.createGroup(this.identityOptions(definition, 'GroupName'));
    this.policies.attachOwn(group, definition);
    this.deployment.groups[definition.id] = group;
    return { ref: group.name, attributes: { Arn: group.arn } };
  }

  private addUsersToGroup(definition: ResourceDefinition): Physical {
    for (const user of texts(definition, 'Users')) this.world.iam.addUserToGroup(user, text(definition, 'GroupName'));
    return this.unnamed(definition);
  }

  private createRole(definition: ResourceDefinition): Physical {
    const role = this.world.iam.createRole(this.identityOptions(definition, 'RoleName'));
    this.policies.attachOwn(role, definition);
    this.deployment.roles[definition.id] = role;
    return { ref: role.name, attributes: { Arn: role.arn, RoleId: `AROA${this.world.random.upper(17)}` } };
  }

  private createPolicy(definition: ResourceDefinition): Physical {
    this.policies.attachInline(definition);
    return this.unnamed(definition);
  }

  private createManagedPolicy(definition: ResourceDefinition): Physical {
    const { partition, account, iam } = this.world;
    const name = optionalText(definition, 'ManagedPolicyName') ?? this.physicalName(definition);
    const arn = `arn:${partition}:iam::${account}:policy${optionalText(definition, 'Path') ?? '/'}${name}`;
    iam.putManagedPolicy(arn, definition.properties.PolicyDocument as PolicyDocument);
    this.policies.attachManaged(arn, definition);
    return { ref: arn, attributes: { PolicyArn: arn } };
  }

  private identityOptions(definition: ResourceDefinition, nameProperty: string) {
    return {
      name: optionalText(definition, nameProperty) ?? this.physicalName(definition),
      path: optionalText(definition, 'Path'),
      permissionsBoundary: optionalText(definition, 'PermissionsBoundary'),
    };
  }

  private createSecret(definition: ResourceDefinition): Physical {
    const secret = this.world.secretsManager.createSecret({
      name: optionalText(definition, 'Name') ?? `${definition.id}-${this.world.random.alphanumeric(12)}`,
      value: this.secretValue(definition),
      kmsKeyId: optionalText(definition, 'KmsKeyId'),
      tags: tagsOf(definition),
    });
    this.deployment.secrets[definition.id] = secret;
    return { ref: secret.arn, attributes: { Id: secret.arn } };
  }

  private generated(generator: Generator | undefined): string | undefined {
    if (!generator) return undefined;
    const password = this.world.random.alphanumeric(Number(generator.PasswordLength ?? 32));
    if (generator.SecretStringTemplate === undefined || generator.GenerateStringKey === undefined) return password;
    return JSON.stringify({ ...JSON.parse(generator.SecretStringTemplate) as object, [generator.GenerateStringKey]: password });
  }

  private createRotationSchedule(definition: ResourceDefinition): Physical {
    const secret = this.world.secretsManager.secret(text(definition, 'SecretId'));
    this.world.secretsManager.setRotation(secret.arn, rotationOf(definition));
    return { ref: secret.arn, attributes: {} };
  }

  private createSecretPolicy(definition: ResourceDefinition): Physical {
    const secret = this.world.secretsManager.secret(text(definition, 'SecretId'));
    secret.resourcePolicy = definition.properties.ResourcePolicy as PolicyDocument;
    return { ref: secret.arn, attributes: {} };
  }

  private createKey(definition: ResourceDefinition): Physical {
    const key = this.world.kms.createKey(definition.properties.KeyPolicy as PolicyDocument | undefined);
    this.deployment.keys[definition.id] = key;
    return { ref: key.id, attributes: { Arn: key.arn, KeyId: key.id } };
  }

  private createAlias(definition: ResourceDefinition): Physical {
    const name = text(definition, 'AliasName');
    this.world.kms.createAlias(name, text(definition, 'TargetKeyId'));
    return { ref: name, attributes: {} };
  }

  private createDocument(definition: ResourceDefinition): Physical {
    const content = documentContent(definition);
    const name = optionalText(definition, 'Name') ?? this.physicalName(definition);
    if (/^(aws|amazon|amzn)/i.test(name)) throw new Error(`document names must not begin with aws, amazon or amzn, got ${name}`);
    if (this.world.ssm.documents.has(name)) throw new AwsError('DocumentAlreadyExists', `Document with same name ${name} already exists`);
    const document = this.world.ssm.documents.register({ name, content });
    this.deployment.documents[definition.id] = document;
    return { ref: name, attributes: { Arn: document.arn } };
  }

  private createAssociation(definition: ResourceDefinition): Physical {
    this.world.stateManager.associate(definition.properties as unknown as AssociationProperties);
    return { ref: this.world.random.uuid(), attributes: {} };
  }

  private createRule(definition: ResourceDefinition): Physical {
    const { ref } = this.unnamed(definition);
    const arn = this.arn('events', `rule/${ref}`);
    this.putRule(arn, definition);
    return { ref, attributes: { Arn: arn } };
  }

  private createFunction(definition: ResourceDefinition): Physical {
    const name = optionalText(definition, 'FunctionName') ?? this.physicalName(definition);
    const fn: DeployedFunction = { name, arn: this.arn('lambda', `function:${name}`), permissions: [], ...this.functionSettings(definition) };
    this.world.functions.add(fn);
    this.deployment.functions[definition.id] = fn;
    return { ref: name, attributes: { Arn: fn.arn } };
  }

  private createEventInvokeConfig(definition: ResourceDefinition): Physical {
    this.configureInvocations(definition);
    return this.unnamed(definition);
  }

  private createPermission(definition: ResourceDefinition): Physical {
    const fn = this.functionNamed(text(definition, 'FunctionName'));
    const physical = this.unnamed(definition);
    fn.permissions.push({
      id: physical.ref,
      action: text(definition, 'Action'),
      principal: text(definition, 'Principal'),
      sourceArn: optionalText(definition, 'SourceArn'),
      sourceAccount: optionalText(definition, 'SourceAccount'),
    });
    return physical;
  }

  /** Nobody signals here. */
  private wait({ properties: { Count = 1 } }: ResourceDefinition): never {
    throw new Error(`WaitCondition timed out. Received 0 conditions when expecting ${String(Count)}`);
  }

  private functionNamed(name: string): DeployedFunction {
    const fn = this.world.functions.find(name);
    if (!fn) throw new Error(`there is no function ${name}`);
    return fn;
  }

  private createUnknown(definition: ResourceDefinition): Physical {
    const service = definition.type.split('::')[1]?.toLowerCase() ?? 'unknown';
    const physical = this.unnamed(definition);
    return { ...physical, attributes: { Arn: this.arn(service, physical.ref) } };
  }

  private unnamed(definition: ResourceDefinition): Physical {
    return { ref: this.physicalName(definition), attributes: {} };
  }

  private physicalName(definition: ResourceDefinition): string {
    return `${this.stackName.slice(0, 24)}-${definition.id.slice(0, 24)}-${this.world.random.upper(12)}`;
  }

  private arn(service: string, resource: string): string {
    const { partition, region, account } = this.world;
    return `arn:${partition}:${service}:${region}:${account}:${resource}`;
  }
}

interface Generator {
  readonly PasswordLength?: number;
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

export function tagsOf(definition: ResourceDefinition): Record<string, string> {
  const tags = list(definition.properties.Tags as { Key: string; Value: string }[] | undefined);
  return Object.fromEntries(tags.map(tag => [tag.Key, tag.Value]));
}

export function documentContent({ properties: { Content } }: ResourceDefinition): DocumentContent {
  return (typeof Content === 'string' ? JSON.parse(Content) : Content) as DocumentContent;
}

export function rotationOf(definition: ResourceDefinition): Omit<RotationConfiguration, 'enabled'> {
  return {
    lambdaArn: text(definition, 'RotationLambdaARN'),
    rules: definition.properties.RotationRules as Record<string, unknown> | undefined,
    rotateImmediately: String(definition.properties.RotateImmediatelyOnUpdate ?? true) === 'true',
  };
}
