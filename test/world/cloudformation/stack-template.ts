import { TemplateResource } from './template';

/** Resources for templates of tests, written by hand. */
export const USER: TemplateResource = { Type: 'AWS::IAM::User' };
export const GROUP: TemplateResource = { Type: 'AWS::IAM::Group' };
export const MEMBERSHIP: TemplateResource = {
  Type: 'AWS::IAM::UserToGroupAddition',
  Properties: { GroupName: { Ref: 'Group' }, Users: [{ Ref: 'User' }] },
};
export const ROLE: TemplateResource = { Type: 'AWS::IAM::Role' };
export const SECRET: TemplateResource = { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'smtp', SecretString: 'initial' } };
export const FUNCTION: TemplateResource = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Handler: 'index.handler', Timeout: 900, Environment: { Variables: { SECRET: { Ref: 'Secret' } } },
  },
};
export const PERMISSION: TemplateResource = {
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] },
    Principal: { 'Fn::Sub': 'secretsmanager.${AWS::URLSuffix}' },
    SourceArn: { Ref: 'Secret' },
  },
};
export const SCHEDULE: TemplateResource = {
  Type: 'AWS::SecretsManager::RotationSchedule',
  DependsOn: ['Permission'],
  Properties: {
    SecretId: { Ref: 'Secret' }, RotationLambdaARN: { 'Fn::GetAtt': ['Function', 'Arn'] }, RotationRules: { ScheduleExpression: 'rate(30 days)' },
  },
};
export const CUSTOM: TemplateResource = {
  Type: 'Custom::Thing',
  Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, Text: 'one', Count: 3, On: true, List: [1, { Deep: false }] },
};

export const WITH_FUNCTION = { Secret: SECRET, Role: ROLE, Function: FUNCTION };
export const WITH_ROTATION = { ...WITH_FUNCTION, Permission: PERMISSION, Schedule: SCHEDULE };
export const WITH_CUSTOM = { ...WITH_FUNCTION, Custom: CUSTOM };

/** The resource with other properties. */
export function having(resource: TemplateResource, properties: Record<string, unknown>): TemplateResource {
  return { ...resource, Properties: { ...resource.Properties, ...properties } };
}
