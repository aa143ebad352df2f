import { App, Stack, StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ses from 'aws-cdk-lib/aws-ses';
import { expect } from 'vitest';
import { CredentialDocument, MailServerFleet, MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps } from '../../src';
import { CONFIG_VARIABLE, RotationConfig } from '../../src/private/rotation-contract';

export const taggedFleet: MailServerFleet = {
  targets: MailServerTargets.tag('EmailServers', 'True'),
  document: CredentialDocument.existing('Apply', { secretArnParameter: 'Secret', versionIdParameter: 'Version' }),
};

/** Defines a rotation for example.com in a stack of its own, with further properties that may need that stack. */
export function defineRotation(furtherProps: (stack: Stack) => Partial<SesSmtpCredentialRotationProps> = () => ({}), stackProps?: StackProps) {
  const stack = new Stack(new App(), 'Stack', stackProps);
  const identities = [ses.EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
  const rotation = new SesSmtpCredentialRotation(stack, 'Newsletter', { identities, ...furtherProps(stack) });
  return { stack, rotation };
}

/** What the function of a synthesized stack is configured with; references are written as `<LogicalId>`. */
export function configOf(stack: Stack): RotationConfig {
  const [rotationFunction] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  return JSON.parse(textOf(rotationFunction.Properties.Environment.Variables[CONFIG_VARIABLE]));
}

/** The properties of the only resource of a type whose logical id begins like this. */
export function onlyResource(stack: Stack, type: string, logicalIdStart = '') {
  const resources = Object.entries(Template.fromStack(stack).findResources(type)).filter(([id]) => id.startsWith(logicalIdStart));
  if (resources.length !== 1) throw new Error(`${resources.length} resources of type ${type}`);
  return resources[0][1].Properties;
}

/** The text that a value of a template stands for; references are written as `<LogicalId>` or `<LogicalId.Attribute>`. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { 'Ref': ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (join) return join[1].map(textOf).join(join[0]);
  return `<${ref ?? attribute?.join('.')}>`;
}

/** The policy that the group of the user has. */
export function sendingPolicy(stack: Stack) {
  return onlyResource(stack, 'AWS::IAM::Group', 'Newsletter').Policies[0];
}

/** The statements of a policy, with readable ARNs. */
export function statementsOf(stack: Stack, logicalIdStart: string) {
  const { PolicyDocument } = logicalIdStart === 'NewsletterGroup' ? sendingPolicy(stack) : onlyResource(stack, 'AWS::IAM::Policy', logicalIdStart);
  const statements: { Resource: unknown }[] = PolicyDocument.Statement;
  return statements.map(({ Resource, ...others }) => ({ ...others, Resource: Array.isArray(Resource) ? Resource.map(textOf) : textOf(Resource) }));
}

/** The logical ids of what a resource waits for without referring to it. */
export function dependenciesOf(stack: Stack, logicalIdStart: string): string[] {
  const [, { DependsOn = [] }] = Object.entries(Template.fromStack(stack).toJSON().Resources as { [id: string]: { DependsOn?: string[] } })
    .find(([id]) => id.startsWith(logicalIdStart))!;
  return DependsOn;
}

/** Fails as said, and before any resource was defined. */
export function expectRefusal(props: (stack: Stack) => Partial<SesSmtpCredentialRotationProps>, message: string): void {
  const stack = new Stack(new App(), 'Stack');
  const allProps = { identities: [ses.EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')], ...props(stack) };
  expect(() => new SesSmtpCredentialRotation(stack, 'Newsletter', allProps)).toThrow(message);
  expect(stack.node.findChild('Newsletter').node.children).toEqual([]);
}
