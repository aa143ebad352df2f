import { join } from 'path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IDependable } from 'constructs';
import { functionEnvironment } from './function-config';
import { defineNetwork, FunctionNetwork, networkInterfacePolicy, ownParts } from './function-network';
import { completePolicy, definePolicy } from './function-policy';
import { BoundFleet } from '../fleets/fleet-binding';
import { RotationConfig } from '../rotation-contract';
import { generation } from '../user-and-secret/generation';
import { chosenName } from '../user-and-secret/names';
import { secretArnPattern } from '../user-and-secret/secret-grants';

const ASSET = join(__dirname, '..', '..', '..', 'assets', 'lambda-src', 'index');

/** The props of the rotation that concern its function. */
interface FunctionProps extends FunctionNetwork {
  readonly user?: iam.IUser;
  readonly userName?: string;
  readonly secret?: secretsmanager.ISecret;
  readonly secretName?: string;
  readonly logGroup?: logs.ILogGroup;
  readonly permissionsBoundary?: iam.IManagedPolicy;
}

/** What the function works on. */
interface FunctionSubject {
  readonly secret: secretsmanager.ISecret;
  readonly user: iam.IUser;
  readonly fleets: BoundFleet[];
  readonly config: RotationConfig;
  readonly fips: boolean;
}

interface RotationFunction {
  readonly rotationFunction: lambda.Function;
  readonly logGroup: logs.ILogGroup;
  /** What must exist before Secrets Manager calls the function. */
  readonly prerequisites: IDependable[];
}

/** Defines the function that rotates the credential, with everything it needs. */
export function defineRotationFunction(scope: Construct, props: FunctionProps, subject: FunctionSubject): RotationFunction {
  const { config, fips, fleets, secret, user } = subject;
  const role = defineRole(scope, props);
  const network = defineNetwork(scope, props, portsOf(config));
  const logGroup = props.logGroup ?? defineLogGroup(scope);
  const policy = definePolicy(scope, policyId(scope, props), { logGroup, secret, user, fleets });
  const rotationFunction = defineFunction(scope, { role, logGroup, environment: functionEnvironment(scope, config, fips), ...network });
  completePolicy(scope, policy, rotationFunction, secret, role);
  const permission = defineInvokePermission(scope, rotationFunction, secret);
  return { rotationFunction, logGroup, prerequisites: [permission, policy, role, ...routes(scope, network)] };
}

function defineRole(scope: Construct, { permissionsBoundary, vpc }: FunctionProps): iam.Role {
  return new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda'),
    description: 'Rotates an Amazon SES SMTP credential',
    permissionsBoundary,
    // In the role itself, so that it exists before the function and until the function is deleted.
    inlinePolicies: vpc && { NetworkInterfaces: networkInterfacePolicy(scope) },
  });
}

function defineLogGroup(scope: Construct): logs.LogGroup {
  return new logs.LogGroup(scope, 'LogGroup', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY });
}

function policyId(scope: Construct, { secret, secretName, user, userName }: FunctionProps): string {
  return `Policy${generation(scope, user?.userName ?? chosenName(userName), secret?.secretArn ?? chosenName(secretName))}`;
}

function defineFunction(scope: Construct, surroundings: Pick<lambda.FunctionProps, 'role' | 'logGroup' | 'environment' | keyof FunctionNetwork>): lambda.Function {
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
