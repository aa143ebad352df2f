import { CfnResource, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';

/** The fewest and the most bytes that a value takes. Only the deployment knows the value. */
export interface Size {
  readonly least: number;
  readonly most: number;
}

/** Of the partitions that have SES. */
const PSEUDO_PARAMETERS: Record<string, Size> = {
  'AWS::AccountId': exactly('111111111111'),
  'AWS::Partition': { least: 'aws'.length, most: 'aws-us-gov'.length },
  'AWS::Region': { least: 'us-east-1'.length, most: 'ap-southeast-1'.length },
  'AWS::URLSuffix': { least: 'amazonaws.eu'.length, most: 'amazonaws.com'.length },
};
/** What a parameter may be: no tag value, host or address is longer. */
const ANYTHING: Size = { least: 0, most: 256 };
const LONGEST_STACK_NAME = 128;
/** CloudFormation generates a name from that of the stack, the logical id, a hyphen and twelve characters. */
const GENERATED = 13;
const LONGEST_USER = 64;
const LONGEST_DOCUMENT = 128;
/** The ARN of a secret with an empty name. The name ends in a hyphen and six characters of its own. */
const SECRET_ARN: Size = {
  least: 'arn:aws:secretsmanager:us-east-1:111111111111:secret:-AbCdEf'.length,
  most: 'arn:aws-us-gov:secretsmanager:ap-southeast-1:111111111111:secret:-AbCdEf'.length,
};

/** The size of a text, which is JSON of values with references. */
export function sizeOf(scope: Construct, text: string, values: unknown): Size {
  const stack = Stack.of(scope);
  const resources = referencesIn(values).map(({ target }) => target).filter(CfnResource.isCfnResource);
  return sizeOfResolved(stack.resolve(text), new Map(resources.map(resource => [stack.resolve(resource.logicalId) as string, resource])));
}

function referencesIn(value: unknown): Reference[] {
  if (typeof value === 'string') return Tokenization.reverseString(value).tokens.filter(Reference.isReference);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referencesIn) : [];
}

function sizeOfResolved(resolved: unknown, resources: Map<string, CfnResource>): Size {
  if (typeof resolved === 'string') return exactly(resolved);
  const { 'Fn::Join': join, 'Ref': reference = '' } = resolved as { 'Fn::Join'?: [string, unknown[]]; 'Ref'?: string };
  if (Array.isArray(join?.[1])) return sum(join[1].map(part => sizeOfResolved(part, resources)));
  const resource = resources.get(reference);
  return PSEUDO_PARAMETERS[reference] ?? (resource ? sizeOfReference(resource, reference) : ANYTHING);
}

function sizeOfReference(resource: CfnResource, logicalId: string): Size {
  const generated = { least: logicalId.length + GENERATED, most: stackNameOf(resource) + 1 + logicalId.length + GENERATED };
  if (resource instanceof ssm.CfnDocument) return upTo(LONGEST_DOCUMENT, generated);
  if (resource instanceof iam.CfnUser) return nameOf(resource, resource.userName) ?? upTo(LONGEST_USER, generated);
  return resource instanceof secretsmanager.CfnSecret ? sum([SECRET_ARN, nameOf(resource, resource.name) ?? generated]) : ANYTHING;
}

function nameOf(resource: CfnResource, name: string | undefined): Size | undefined {
  const resolved: unknown = Stack.of(resource).resolve(name);
  return resolved === undefined ? undefined : sizeOfResolved(resolved, new Map());
}

function stackNameOf(resource: CfnResource): number {
  const { stackName } = Stack.of(resource);
  return Token.isUnresolved(stackName) ? LONGEST_STACK_NAME : stackName.length;
}

/** CloudFormation shortens a name that would be too long. */
function upTo(longest: number, { least, most }: Size): Size {
  return { least: Math.min(least, longest), most: Math.min(most, longest) };
}

export function exactly(text: string): Size {
  const bytes = Buffer.byteLength(text);
  return { least: bytes, most: bytes };
}

export function sum(sizes: Size[]): Size {
  return sizes.reduce((all, { least, most }) => ({ least: all.least + least, most: all.most + most }), { least: 0, most: 0 });
}
