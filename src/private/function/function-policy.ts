import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { denyNetworkInterfaces } from './function-network';
import { BoundFleet } from '../fleets/fleet-binding';
import { grantKey, secretArnPattern } from '../user-and-secret/secret-grants';

/** Whose policy it is, and what it is about. */
interface PolicySubject {
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly secret: secretsmanager.ISecret;
  readonly user: iam.IUser;
  readonly fleets: BoundFleet[];
}

/** Defines what the function may do with everything but itself and the secret's key, which `completePolicy` adds. */
export function definePolicy(scope: Construct, id: string, { fleets, logGroup, role, secret, user }: PolicySubject): iam.Policy {
  return new iam.Policy(scope, id, {
    roles: [role],
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
      ...runCommandStatements(fleets),
    ],
  });
}

/** Adds what names the function or its secret's key: the function needs the policy's role first. */
export function completePolicy(scope: Construct, policy: iam.Policy, rotationFunction: lambda.IFunction, secret: secretsmanager.ISecret): void {
  policy.addStatements(invokeItself(rotationFunction));
  grantKey(scope, secret, policy, ['kms:Decrypt', 'kms:GenerateDataKey']);
  if (rotationFunction.isBoundToVpc) policy.addStatements(denyNetworkInterfaces(rotationFunction));
}

/** The statements that the fleets ask for, told apart by the fleet's number, and the one for reading commands back. */
function runCommandStatements(fleets: BoundFleet[]): iam.PolicyStatement[] {
  if (fleets.length === 0) return [];
  // Neither action has resource types.
  const followUp = new iam.PolicyStatement({ sid: 'FollowCommands', actions: ['ssm:ListCommandInvocations', 'ssm:ListCommands'], resources: ['*'] });
  const sending = fleets.flatMap(({ statements }, index) => statements.map(statement => statement.copy({ sid: `${statement.sid}${index}` })));
  return [...sending, followUp];
}

/** What RotateSecret asks of its caller besides: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html. */
function invokeItself(rotationFunction: lambda.IFunction): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'InvokeItself', actions: ['lambda:InvokeFunction'], resources: [rotationFunction.functionArn] });
}
