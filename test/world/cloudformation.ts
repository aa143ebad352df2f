import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DeployedFunction } from './functions';
import { Identity, User } from './iam';
import type { World } from './index';
import { KmsKey } from './kms';
import { DocumentContent } from './managed-node';
import { PolicyDocument, list } from './policy';
import { Secret } from './secrets-manager';
import { SsmDocument } from './ssm-documents';
import { AssociationProperties } from './state-manager';
import { Template, TemplateResolver, TemplateResource } from './template';

export interface DeployOptions {
  readonly stackName?: string;
  readonly parameters?: Record<string, unknown>;
  /** The cloud assembly, for the functions' code. */
  readonly assemblyDirectory?: string;
}

export interface DeployedResource {
  readonly type: string;
  /** Resolved, without AWS::NoValue. */
  readonly properties: Record<string, unknown>;
  readonly ref: string;
  readonly attributes: Record<string, string>;
}

/** What a deployment leaves, by logical id. */
export interface Deployment {
  readonly functions: Record<string, DeployedFunction>;
  readonly secrets: Record<string, Secret>;
  readonly users: Record<string, User>;
  readonly groups: Record<string, Identity>;
  readonly roles: Record<string, Identity>;
  readonly keys: Record<string, KmsKey>;
  readonly documents: Record<string, SsmDocument>;
  /** Everything, also what the world does not know. */
  readonly resources: Record<string, DeployedResource>;
  readonly outputs: Record<string, unknown>;
}

interface Definition {
  readonly id: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
}

type Physical = Pick<DeployedResource, 'ref' | 'attributes'>;

/** Defines in the world what a synthesized template describes. It never rotates: tests do that when they are ready. */
export function deploy(template: Template, world: World, options: DeployOptions = {}): Deployment {
  return new Stack(template, world, options).deploy();
}

class Stack {
  private readonly deployment: Deployment = {
    functions: {}, secrets: {}, users: {}, groups: {}, roles: {}, keys: {}, documents: {}, resources: {}, outputs: {},
  };
  private readonly stackName: string;
  private readonly resolver: TemplateResolver;
  private readonly assets: Map<string, string>;

  private readonly creators: Record<string, (definition: Definition) => Physical> = {
    'AWS::IAM::User': definition => this.createUser(definition),
    'AWS::IAM::Group': definition => this.createGroup(definition),
    'AWS::IAM::UserToGroupAddition': definition => this.addUsersToGroup(definition),
    'AWS::IAM::Role': definition => this.createRole(definition),
    'AWS::IAM::Policy': definition => this.createPolicy(definition),
    'AWS::IAM::UserPolicy': definition => this.createPolicy(definition, 'UserName'),
    'AWS::IAM::RolePolicy': definition => this.createPolicy(definition, 'RoleName'),
    'AWS::IAM::GroupPolicy': definition => this.createPolicy(definition, 'GroupName'),
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
    'AWS::Lambda::Permission': definition => this.createPermission(definition),
  };

  constructor(private readonly template: Template, private readonly world: World, options: DeployOptions) {
    this.stackName = options.stackName ?? 'Stack';
    this.assets = options.assemblyDirectory === undefined ? new Map<string, string>() : assetsOf(options.assemblyDirectory);
    this.resolver = new TemplateResolver(template, {
      parameters: { ...this.pseudoParameters(), ...defaultsOf(template), ...options.parameters },
      ref: id => this.resource(id).ref,
      attribute: (id, name) => this.attribute(id, name),
    });
  }

  public deploy(): Deployment {
    for (const [id, resource] of Object.entries(this.template.Resources ?? {})) {
      if (this.exists(resource)) this.resource(id);
    }
    for (const [id, output] of Object.entries(this.template.Outputs ?? {})) {
      if (output.Condition === undefined || this.resolver.condition(output.Condition)) {
        this.deployment.outputs[id] = this.resolver.resolve(output.Value);
      }
    }
    return this.deployment;
  }

  private pseudoParameters(): Record<string, unknown> {
    const { region, account, partition, urlSuffix } = this.world;
    return {
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::Partition': partition,
      'AWS::URLSuffix': urlSuffix,
      'AWS::StackName': this.stackName,
      'AWS::StackId': `arn:${partition}:cloudformation:${region}:${account}:stack/${this.stackName}/${this.world.random.uuid()}`,
      'AWS::NotificationARNs': [],
    };
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
    const create = this.creators[resource.Type] ?? (() => this.createUnknown(definition));
    const deployed = { type: resource.Type, properties: definition.properties, ...create(definition) };
    this.deployment.resources[id] = deployed;
    return deployed;
  }

  private attribute(id: string, name: string): string {
    const { attributes, ref } = this.resource(id);
    return attributes[name] ?? (name === 'Arn' ? this.arn('unknown', ref) : `${ref}.${name}`);
  }

  private createUser(definition: Definition): Physical {
    const user = this.world.iam.createUser(this.identityOptions(definition, 'UserName'));
    this.giveOwnPolicies(user, definition);
    for (const group of texts(definition, 'Groups')) this.world.iam.addUserToGroup(user.name, group);
    this.deployment.users[definition.id] = user;
    return { ref: user.name, attributes: { Arn: user.arn } };
  }

  private createGroup(definition: Definition): Physical {
    const group = this.world.iam.createGroup(this.identityOptions(definition, 'GroupName'));
    this.giveOwnPolicies(group, definition);
    this.deployment.groups[definition.id] = group;
    return { ref: group.name, attributes: { Arn: group.arn } };
  }

  private addUsersToGroup(definition: Definition): Physical {
    for (const user of texts(definition, 'Users')) this.world.iam.addUserToGroup(user, text(definition, 'GroupName'));
    return this.unnamed(definition);
  }

  private createRole(definition: Definition): Physical {
    const role = this.world.iam.createRole(this.identityOptions(definition, 'RoleName'));
    this.giveOwnPolicies(role, definition);
    this.deployment.roles[definition.id] = role;
    return { ref: role.name, attributes: { Arn: role.arn, RoleId: `AROA${this.world.random.upper(17)}` } };
  }

  private createPolicy(definition: Definition, owner?: string): Physical {
    const document = definition.properties.PolicyDocument as PolicyDocument;
    for (const identity of this.policyTargets(definition, owner)) identity.inlinePolicies.set(text(definition, 'PolicyName'), document);
    return this.unnamed(definition);
  }

  private createManagedPolicy(definition: Definition): Physical {
    const { partition, account, iam } = this.world;
    const name = optionalText(definition, 'ManagedPolicyName') ?? this.physicalName(definition);
    const arn = `arn:${partition}:iam::${account}:policy${optionalText(definition, 'Path') ?? '/'}${name}`;
    iam.putManagedPolicy(arn, definition.properties.PolicyDocument as PolicyDocument);
    for (const identity of this.policyTargets(definition)) identity.managedPolicyArns.add(arn);
    return { ref: arn, attributes: { PolicyArn: arn } };
  }

  private policyTargets(definition: Definition, owner?: string): Identity[] {
    const named = (key: string) => owner === undefined ? texts(definition, `${key}s`) : texts(definition, owner === `${key}Name` ? owner : '');
    const { iam } = this.world;
    return [
      ...named('User').map(name => iam.user(name)),
      ...named('Role').map(name => iam.role(name)),
      ...named('Group').map(name => iam.group(name)),
    ];
  }

  private identityOptions(definition: Definition, nameProperty: string) {
    return {
      name: optionalText(definition, nameProperty) ?? this.physicalName(definition),
      path: optionalText(definition, 'Path'),
      permissionsBoundary: optionalText(definition, 'PermissionsBoundary'),
    };
  }

  private giveOwnPolicies(identity: Identity, definition: Definition): void {
    for (const policy of list(definition.properties.Policies as InlinePolicy[] | undefined)) {
      identity.inlinePolicies.set(policy.PolicyName, policy.PolicyDocument);
    }
    for (const arn of texts(definition, 'ManagedPolicyArns')) {
      this.world.iam.managedPolicy(arn);
      identity.managedPolicyArns.add(arn);
    }
  }

  private createSecret(definition: Definition): Physical {
    const secret = this.world.secretsManager.createSecret({
      name: optionalText(definition, 'Name') ?? `${definition.id}-${this.world.random.alphanumeric(12)}`,
      value: optionalText(definition, 'SecretString') ?? this.generated(definition.properties.GenerateSecretString as Generator | undefined),
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

  private createRotationSchedule(definition: Definition): Physical {
    const secret = this.world.secretsManager.secret(text(definition, 'SecretId'));
    this.world.secretsManager.setRotation(secret.arn, {
      lambdaArn: text(definition, 'RotationLambdaARN'),
      rules: definition.properties.RotationRules as Record<string, unknown> | undefined,
      rotateImmediately: String(definition.properties.RotateImmediatelyOnUpdate ?? true) === 'true',
    });
    return { ref: secret.arn, attributes: {} };
  }

  private createSecretPolicy(definition: Definition): Physical {
    const secret = this.world.secretsManager.secret(text(definition, 'SecretId'));
    secret.resourcePolicy = definition.properties.ResourcePolicy as PolicyDocument;
    return { ref: secret.arn, attributes: {} };
  }

  private createKey(definition: Definition): Physical {
    const key = this.world.kms.createKey(definition.properties.KeyPolicy as PolicyDocument | undefined);
    this.deployment.keys[definition.id] = key;
    return { ref: key.id, attributes: { Arn: key.arn, KeyId: key.id } };
  }

  private createAlias(definition: Definition): Physical {
    const name = text(definition, 'AliasName');
    this.world.kms.createAlias(name, text(definition, 'TargetKeyId'));
    return { ref: name, attributes: {} };
  }

  private createDocument(definition: Definition): Physical {
    const { Content } = definition.properties;
    const content = (typeof Content === 'string' ? JSON.parse(Content) : Content) as DocumentContent;
    const name = optionalText(definition, 'Name') ?? this.physicalName(definition);
    if (/^(aws|amazon|amzn)/i.test(name)) throw new Error(`document names must not begin with aws, amazon or amzn, got ${name}`);
    const document = this.world.ssm.documents.register({ name, content });
    this.deployment.documents[definition.id] = document;
    return { ref: name, attributes: { Arn: document.arn } };
  }

  private createAssociation(definition: Definition): Physical {
    this.world.stateManager.associate(definition.properties as unknown as AssociationProperties);
    return { ref: this.world.random.uuid(), attributes: {} };
  }

  /** Rules that wait for events wait for ever: nothing sends any here. */
  private createRule(definition: Definition): Physical {
    const { ref } = this.unnamed(definition);
    const arn = this.arn('events', `rule/${ref}`);
    const schedule = optionalText(definition, 'ScheduleExpression');
    const targets = list(definition.properties.Targets as { Arn: string; Input: string }[] | undefined);
    if (schedule !== undefined) this.world.eventRules.add(arn, schedule, targets.map(({ Arn, Input }) => ({ functionArn: Arn, input: Input })));
    return { ref, attributes: { Arn: arn } };
  }

  private createFunction(definition: Definition): Physical {
    const name = optionalText(definition, 'FunctionName') ?? this.physicalName(definition);
    const environment = definition.properties.Environment as { Variables?: Record<string, string> } | undefined;
    const code = definition.properties.Code as { S3Key?: string } | undefined;
    const fn: DeployedFunction = {
      name,
      arn: this.arn('lambda', `function:${name}`),
      environment: environment?.Variables ?? {},
      timeoutSeconds: Number(definition.properties.Timeout ?? 3),
      roleArn: text(definition, 'Role'),
      handler: optionalText(definition, 'Handler') ?? '',
      codeDirectory: this.assets.get(code?.S3Key ?? '') ?? '',
      permissions: [],
    };
    this.world.functions.add(fn);
    this.deployment.functions[definition.id] = fn;
    return { ref: name, attributes: { Arn: fn.arn } };
  }

  private createPermission(definition: Definition): Physical {
    const fn = this.world.functions.find(text(definition, 'FunctionName'));
    if (!fn) throw new Error(`there is no function ${text(definition, 'FunctionName')}`);
    fn.permissions.push({
      action: text(definition, 'Action'),
      principal: text(definition, 'Principal'),
      sourceArn: optionalText(definition, 'SourceArn'),
      sourceAccount: optionalText(definition, 'SourceAccount'),
    });
    return this.unnamed(definition);
  }

  private createUnknown(definition: Definition): Physical {
    const service = definition.type.split('::')[1]?.toLowerCase() ?? 'unknown';
    const physical = this.unnamed(definition);
    return { ...physical, attributes: { Arn: this.arn(service, physical.ref) } };
  }

  private unnamed(definition: Definition): Physical {
    return { ref: this.physicalName(definition), attributes: {} };
  }

  private physicalName(definition: Definition): string {
    return `${this.stackName.slice(0, 24)}-${definition.id.slice(0, 24)}-${this.world.random.upper(12)}`;
  }

  private arn(service: string, resource: string): string {
    const { partition, region, account } = this.world;
    return `arn:${partition}:${service}:${region}:${account}:${resource}`;
  }
}

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: PolicyDocument;
}

interface Generator {
  readonly PasswordLength?: number;
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

interface AssetManifest {
  readonly files?: Record<string, {
    readonly source: { readonly path?: string };
    readonly destinations: Record<string, { readonly objectKey: string }>;
  }>;
}

/** The directories of the assembly's assets by the object keys that templates name. */
function assetsOf(assemblyDirectory: string): Map<string, string> {
  const assets = new Map<string, string>();
  for (const file of readdirSync(assemblyDirectory).filter(name => name.endsWith('.assets.json'))) {
    const manifest = JSON.parse(readFileSync(join(assemblyDirectory, file), 'utf8')) as AssetManifest;
    for (const { source, destinations } of Object.values(manifest.files ?? {})) {
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(assemblyDirectory, source.path ?? ''));
    }
  }
  return assets;
}

function defaultsOf(template: Template): Record<string, unknown> {
  return Object.fromEntries(Object.entries(template.Parameters ?? {})
    .filter(([, parameter]) => parameter.Default !== undefined)
    .map(([name, parameter]) => [name, parameter.Default]));
}

function text(definition: Definition, property: string): string {
  const value = optionalText(definition, property);
  if (value === undefined) throw new Error(`${definition.id} (${definition.type}) has no ${property}`);
  return value;
}

function optionalText(definition: Definition, property: string): string | undefined {
  const value = definition.properties[property];
  return value === undefined ? undefined : String(value);
}

function texts(definition: Definition, property: string): string[] {
  return list(definition.properties[property] as string | string[] | undefined).map(String);
}

function tagsOf(definition: Definition): Record<string, string> {
  const tags = list(definition.properties.Tags as { Key: string; Value: string }[] | undefined);
  return Object.fromEntries(tags.map(tag => [tag.Key, tag.Value]));
}
