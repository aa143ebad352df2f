import { ResourceDefinition } from './deployment';

/**
 * Properties whose change CloudFormation answers with another resource: the `createOnlyProperties` of the types' registry
 * schemas, as aws-cloudformation/cfn-lint carries them (src/cfnlint/data/schemas/providers). For users, groups and aliases,
 * which "Update requires: Replacement" says it of, the template reference. What is not named here is changed in place:
 * of AWS::IAM::UserToGroupAddition, AWS::IAM::Policy and AWS::SSM::Association all properties, their names included.
 */
const REPLACING: Record<string, string[]> = {
  'AWS::IAM::User': ['UserName'],
  'AWS::IAM::Group': ['GroupName'],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 'Description', 'Path'],
  'AWS::IAM::UserPolicy': ['UserName', 'PolicyName'],
  'AWS::IAM::RolePolicy': ['RoleName', 'PolicyName'],
  'AWS::IAM::GroupPolicy': ['GroupName', 'PolicyName'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SecretsManager::RotationSchedule': ['SecretId'],
  'AWS::SecretsManager::ResourcePolicy': ['SecretId'],
  'AWS::KMS::Alias': ['AliasName'],
  'AWS::SSM::Document': ['Name', 'DocumentType'],
  'AWS::Events::Rule': ['Name'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName', 'Qualifier'],
  'AWS::Lambda::Function': ['FunctionName'],
  'AWS::Lambda::Permission': [
    'FunctionName', 'FunctionUrlAuthType', 'SourceAccount', 'SourceArn', 'Principal', 'PrincipalOrgID', 'Action', 'EventSourceToken',
  ],
};
/** Of a document with the UpdateMethod Replace, which is the default: `conditionalCreateOnlyProperties` of its schema. */
const REPLACING_DOCUMENTS = ['Content', 'Attachments', 'VersionName', 'DocumentFormat', 'TargetType', 'Requires'];

export function isReplaced({ type, properties }: ResourceDefinition, before: Record<string, unknown>): boolean {
  const replacesDocument = type === 'AWS::SSM::Document' && properties.UpdateMethod !== 'NewVersion';
  const replacing = [...REPLACING[type] ?? [], ...replacesDocument ? REPLACING_DOCUMENTS : []];
  return replacing.some(name => !isSame(properties[name], before[name]));
}

/** Whether the values say the same in a template, whatever the order of their keys. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, entry]) => [key, inOrder(entry)]));
}
