import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { BoundFleet } from '../fleets/fleet-binding';

/** The names that the props give. */
interface GivenNames {
  readonly functionName?: string;
  readonly path?: string;
  readonly secretName?: string;
  readonly userName?: string;
}

/** What a policy refers to. */
interface Resources {
  readonly fleets: BoundFleet[];
  readonly rotationFunction: lambda.IFunction;
  readonly secret: secretsmanager.ISecret;
  readonly user: iam.IUser;
}

/** A reference in a policy, and what is known beforehand of the text that it stands for. */
type KnownArn = readonly [reference: string, text: string];

/** The ARNs of resources with a given name, and the beginning of names that CloudFormation generates for documents. */
export function knownArns(scope: Construct, names: GivenNames, { fleets, rotationFunction, secret, user }: Resources): KnownArn[] {
  const { functionName, path = '/', secretName, userName } = names;
  const stack = Stack.of(scope);
  const arnOf = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  return [
    ...fleets.map(({ config: { document } }): KnownArn => [document.name, `${stack.stackName}-*`]),
    ...functionName === undefined ? [] : [[rotationFunction.functionArn, arnOf('lambda', 'function', functionName)] as const],
    ...secretName === undefined ? [] : [[secret.secretArn, `${arnOf('secretsmanager', 'secret', secretName)}-??????`] as const],
    ...userName === undefined ? [] : [[user.userArn, userArn(stack, `${path}${userName}`)] as const],
  ];
}

function userArn(stack: Stack, pathAndName: string): string {
  return stack.formatArn({ service: 'iam', region: '', resource: `user${pathAndName}`, arnFormat: ArnFormat.NO_RESOURCE_NAME });
}

/** The same policy without references to resources that only the deployment makes, as far as their ARNs are known. */
export function withKnownArns(scope: Construct, document: iam.PolicyDocument, arns: KnownArn[]): iam.PolicyDocument {
  const stack = Stack.of(scope);
  const known = new Map(arns.map(([reference, text]) => [JSON.stringify(stack.resolve(reference)), text]));
  return iam.PolicyDocument.fromJson(replaceIn(stack.resolve(document.toJSON()), known));
}

function replaceIn(value: unknown, known: Map<string, string>): unknown {
  const text = known.get(JSON.stringify(value));
  if (text !== undefined) return text;
  if (Array.isArray(value)) return value.map(item => replaceIn(item, known));
  if (typeof value !== 'object' || value === null) return value;
  const replaced = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceIn(item, known)]));
  // CDK reads ARNs from strings only.
  return Object.keys(value).every(name => /^(Ref|Fn::.*)$/.test(name)) ? Token.asString(replaced) : replaced;
}
