import { join } from 'path';
import { Duration, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IDependable } from 'constructs';
import { functionEnvironment } from './function-config';
import { defineLogGroup, LogProps } from './function-log';
import { defineNetwork, FunctionNetwork, networkInterfaceStatements, ownParts } from './function-network';
import { completePolicy, definePolicy, writeTraces } from './function-policy';
import { knownArns, withKnownArns } from './known-arns';
import { BoundFleet } from '../fleets/fleet-binding';
import { RotationConfig } from '../rotation-contract';
import { generation } from '../user-and-secret/generation';
import { chosenName } from '../user-and-secret/names';
import { secretArnPattern } from '../user-and-secret/secret-grants';

const ASSET = join(__dirname, '..', '..', '..', 'assets', 'lambda-src', 'index');

/** The props of the rotation that concern its function. */
interface FunctionProps extends FunctionNetwork, LogProps {
  readonly user?: iam.IUser;
  readonly userName?: string;
  readonly secret?: secretsmanager.ISecret;
  readonly secretName?: string;
  readonly functionName?: string;
  readonly role?: iam.IRole;
  readonly path?: string;
  readonly permissionsBoundary?: iam.IManagedPolicy;
  readonly architecture?: lambda.Architecture;
  readonly tracing?: lambda.Tracing;
  readonly environmentEncryption?: kms.IKey;
}

/** What the function works on. */
interface FunctionSubject {
  readonly secret: secretsmanager.ISecret;
  readonly user: iam.IUser;
  readonly fleets: BoundFleet[];
  readonly config: RotationConfig;
  readonly replicas: secretsmanager.ReplicaRegion[];
  readonly fips: boolean;
}

interface RotationFunction {
  readonly rotationFunction: lambda.Function;
  readonly logGroup: logs.ILogGroup;
  readonly role: iam.IRole;
  /** What the role must allow. */
  readonly policy: () => iam.PolicyDocument;
  /** What must exist before Secrets Manager calls the function. */
  readonly prerequisites: IDependable[];
}

/** Defines the function that rotates the credential, with everything it needs. */
export function defineRotationFunction(scope: Construct, props: FunctionProps, subject: FunctionSubject): RotationFunction {
  const { config, fips, fleets, replicas, secret, user } = subject;
  const role = props.role ?? defineRole(scope, props);
  const network = defineNetwork(scope, props, portsOf(config));
  const logGroup = props.logGroup ?? defineLogGroup(scope, props);
  const isImported = props.role !== undefined && !Resource.isOwnedResource(role);
  const policy = definePolicy(scope, policyId(scope, props), { logGroup, secret, user, fleets, readsLastUse: config.holdWhileUsedSeconds !== 0 });
  const { architecture, environmentEncryption, functionName } = props;
  const environment = functionEnvironment(scope, config, fips);
  const rotationFunction = defineFunction(scope, { role, logGroup, environment, functionName, architecture, environmentEncryption, ...network });
  completePolicy(scope, policy, { rotationFunction, secret, replicas, environmentEncryption });
  if (props.tracing) trace(policy, rotationFunction, props.tracing);
  if (props.role && props.vpc) allowNetworkInterfaces(scope, { role: props.role, isImported, policy, rotationFunction });
  // Only now: a role that is made elsewhere (`Role.customizeRoles`) reports what is in the policy. An imported one must have it already.
  if (!isImported) role.attachInlinePolicy(policy);
  const permission = defineInvokePermission(scope, rotationFunction, secret);
  const arns = { secret, user, fleets, rotationFunction };
  return {
    rotationFunction,
    logGroup,
    role,
    policy: () => isImported ? withKnownArns(scope, policy.document, knownArns(scope, props, arns)) : policy.document,
    prerequisites: [permission, policy, role, ...routes(scope, network)],
  };
}

function defineRole(scope: Construct, { path, permissionsBoundary, vpc }: FunctionProps): iam.Role {
  return new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda'),
    description: 'Rotates an Amazon SES SMTP credential',
    path,
    permissionsBoundary,
    // In the role itself, so that it exists before the function and until the function is deleted.
    inlinePolicies: vpc && { NetworkInterfaces: new iam.PolicyDocument({ statements: networkInterfaceStatements(scope) }) },
  });
}

/** Not by CDK's own prop, which adds the statement to the role itself, also to an imported one. */
function trace(policy: iam.Policy, rotationFunction: lambda.Function, mode: lambda.Tracing): void {
  (rotationFunction.node.defaultChild as lambda.CfnFunction).tracingConfig = { mode };
  if (mode !== lambda.Tracing.DISABLED) policy.addStatements(writeTraces());
}

interface NetworkSubject {
  readonly role: iam.IRole;
  readonly isImported: boolean;
  readonly policy: iam.Policy;
  readonly rotationFunction: lambda.Function;
}

/** A role that was given gets the statements before the function exists. An imported one must have them. */
function allowNetworkInterfaces(scope: Construct, { isImported, policy, role, rotationFunction }: NetworkSubject): void {
  const statements = networkInterfaceStatements(scope);
  if (isImported) policy.addStatements(...statements);
  else rotationFunction.node.addDependency(new iam.Policy(scope, 'NetworkPolicy', { roles: [role], statements }));
}

function policyId(scope: Construct, { secret, secretName, user, userName }: FunctionProps): string {
  return `Policy${generation(scope, user?.userName ?? chosenName(userName), secret?.secretArn ?? chosenName(secretName))}`;
}

type Surroundings = 'role' | 'logGroup' | 'environment' | 'functionName' | 'architecture' | 'environmentEncryption' | keyof FunctionNetwork;

function defineFunction(scope: Construct, surroundings: Pick<lambda.FunctionProps, Surroundings>): lambda.Function {
  return new lambda.Function(scope, 'Function', {
    description: 'Rotates an Amazon SES SMTP credential',
    // By its name, because NODEJS_LATEST of the lowest supported CDK is an older one.
    runtime: new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS),
    handler: 'index.handler',
    code: lambda.Code.fromAsset(ASSET),
    memorySize: 256,
    // The longest that Lambda allows, because the function waits for a whole fleet.
    timeout: Duration.minutes(15),
    // Secrets Manager retries a failed step, and the watchdog runs again an hour later.
    retryAttempts: 0,
    // Together with the timeout, less than CloudFormation waits for an answer.
    maxEventAge: Duration.minutes(2),
    ...surroundings,
  });
}

/** Only for this secret of this account. Otherwise, Secrets Manager could call the function for anyone. */
function defineInvokePermission(scope: Construct, rotationFunction: lambda.IFunction, secret: secretsmanager.ISecret): lambda.CfnPermission {
  return new lambda.CfnPermission(scope, 'InvokePermission', {
    action: 'lambda:InvokeFunction',
    functionName: rotationFunction.functionArn,
    principal: iam.ServicePrincipal.servicePrincipalName('secretsmanager'),
    sourceAccount: Stack.of(scope).account,
    sourceArn: secretArnPattern(secret),
  });
}

function portsOf({ additionalEndpoints = [], endpoint }: RotationConfig): number[] {
  return [endpoint, ...additionalEndpoints].map(({ port }) => port);
}

/** The VPC with its routes and endpoints, and the rule for a port that is a token, which is a resource of its own. */
function routes(scope: Construct, network: FunctionNetwork): IDependable[] {
  return network.vpc ? [network.vpc, ...ownParts(scope, network)] : [];
}
