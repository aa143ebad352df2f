import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { denyNetworkInterfaces } from './function-network';
import { grantReplicaKeys } from '../additional-regions';
import { BoundFleet } from '../fleets/fleet-binding';
import { grantKey, policyName, secretArnPattern } from '../user-and-secret/secret-grants';

/** What the policy allows access to. */
interface PolicySubject {
  readonly logGroup: logs.ILogGroup;
  readonly secret: secretsmanager.ISecret;
  readonly user: iam.IUser;
  readonly fleets: BoundFleet[];
  /** Whether the function asks when a key was last used. */
  readonly readsLastUse: boolean;
}

/** What the function and its key are, once they exist. */
interface CompletedPolicy {
  readonly rotationFunction: lambda.IFunction;
  readonly secret: secretsmanager.ISecret;
  readonly replicas: secretsmanager.ReplicaRegion[];
  readonly environmentEncryption?: kms.IKey;
}

/**
 * Defines what the function may do. `completePolicy` adds the statements for itself and for the keys. As long as no role has the policy, it
 * is not in the template.
 */
export function definePolicy(scope: Construct, id: string, { fleets, logGroup, readsLastUse, secret, user }: PolicySubject): iam.Policy {
  return new iam.Policy(scope, id, {
    statements: [
      new iam.PolicyStatement({
        sid: 'WriteLog',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      new iam.PolicyStatement({
        sid: 'RotateSecret',
        actions: [
          'secretsmanager:CancelRotateSecret', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue', 'secretsmanager:RotateSecret', 'secretsmanager:UpdateSecretVersionStage',
        ],
        resources: [secretArnPattern(secret)],
      }),
      new iam.PolicyStatement({
        sid: 'RotateAccessKeys',
        actions: ['iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:ListAccessKeys', 'iam:UpdateAccessKey'],
        resources: [user.userArn],
      }),
      ...readsLastUse ? [readLastUse(user)] : [],
      ...runCommandStatements(fleets),
    ],
  });
}

/** Adds the statements that name the function or its secret's key, because the function needs the policy's role first. */
export function completePolicy(scope: Construct, policy: iam.Policy, subject: CompletedPolicy): void {
  const { environmentEncryption, replicas, rotationFunction, secret } = subject;
  policy.addStatements(invokeItself(rotationFunction));
  grantKey(scope, secret, policy, ['kms:Decrypt', 'kms:GenerateDataKey']);
  grantReplicaKeys(scope, secret, replicas, policy, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
  if (environmentEncryption) policy.addStatements(decryptEnvironment(rotationFunction, environmentEncryption));
  if (rotationFunction.isBoundToVpc) policy.addStatements(denyNetworkInterfaces(rotationFunction));
}

function readLastUse(user: iam.IUser): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'ReadLastUse', actions: ['iam:GetAccessKeyLastUsed'], resources: [user.userArn] });
}

/** The statements that the fleets need, each with the fleet's number in its sid, and the one for reading the results of commands. */
function runCommandStatements(fleets: BoundFleet[]): iam.PolicyStatement[] {
  if (fleets.length === 0) return [];
  // Neither action has resource types.
  const followUp = new iam.PolicyStatement({ sid: 'FollowCommands', actions: ['ssm:ListCommandInvocations', 'ssm:ListCommands'], resources: ['*'] });
  const sending = fleets.flatMap(({ statements }, index) => statements.map(statement => statement.copy({ sid: `${statement.sid}${index}` })));
  return [...sending, followUp];
}

/** RotateSecret requires this of its caller as well: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html. */
function invokeItself(rotationFunction: lambda.IFunction): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'InvokeItself', actions: ['lambda:InvokeFunction'], resources: [rotationFunction.functionArn] });
}

/**
 * Lambda makes a grant on the key for the role. This statement is for a role that was replaced since.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
 */
function decryptEnvironment({ functionArn }: lambda.IFunction, key: kms.IKey): iam.PolicyStatement {
  const { conditions, resourceArn } = policyName(key);
  return new iam.PolicyStatement({
    sid: 'DecryptEnvironment',
    actions: ['kms:Decrypt'],
    resources: [resourceArn],
    conditions: { StringEquals: { 'kms:EncryptionContext:aws:lambda:FunctionArn': functionArn }, ...conditions },
  });
}

/** Neither action has resource types. */
export function writeTraces(): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'WriteTraces', actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'] });
}
