import { DeployedResource } from './deployment';
import { Environment } from '../environment';
import { Template, TemplateResolver } from './template';

export interface TemplateScopeOptions {
  readonly stackName: string;
  readonly stackId: string;
  readonly parameters?: Record<string, unknown>;
  /** Finds a resource to which the template refers. */
  readonly resource: (logicalId: string) => DeployedResource;
}

/** Resolves a template's references in a stack. */
export function resolverFor(template: Template, environment: Environment, options: TemplateScopeOptions): TemplateResolver {
  return new TemplateResolver(template, {
    parameters: { ...pseudoParameters(environment, options), ...defaultsOf(template), ...options.parameters },
    ref: id => options.resource(id).ref,
    attribute: (id, name) => attributeOf(environment, options.resource(id), name),
  });
}

export function newStackId({ partition, region, account, random }: Environment, stackName: string): string {
  return `arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}/${random.uuid()}`;
}

function pseudoParameters(environment: Environment, { stackName, stackId }: TemplateScopeOptions): Record<string, unknown> {
  const { region, account, partition, urlSuffix } = environment;
  return {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': partition,
    'AWS::URLSuffix': urlSuffix,
    'AWS::StackName': stackName,
    'AWS::StackId': stackId,
    'AWS::NotificationARNs': [],
  };
}

function defaultsOf(template: Template): Record<string, unknown> {
  return Object.fromEntries(Object.entries(template.Parameters ?? {})
    .filter(([, parameter]) => parameter.Default !== undefined)
    .map(([name, parameter]) => [name, parameter.Default]));
}

/** Of a type that the world does not know, any attribute has some value. */
function attributeOf({ partition, region, account }: Environment, { attributes, ref, responseObject }: DeployedResource, name: string): string {
  if (responseObject !== undefined && attributes[name] === undefined) {
    throw new Error(`CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${responseObject}`);
  }
  return attributes[name] ?? (name === 'Arn' ? `arn:${partition}:unknown:${region}:${account}:${ref}` : `${ref}.${name}`);
}
