import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { denyNetworkInterfaces } from './function-network';
import { BoundFleet } from '../fleets/fleet-binding';
import { grantKey, secretArnPattern } from '../user-and-secret/secret-grants';

/** What the policy allows access to. */
interface PolicySubject {
  readonly logGroup: logs.ILogGroup;
  readonly secret: secretsmanager.ISecret;
  readonly user: iam.IUser;
  readonly fleets: BoundFleet[];
}

/** Defines what the function may do. `completePolicy` adds the statements for itself and for the secret's key, and gives it to the role. */
export function definePolicy(scope: Construct, id: string, { fleets, logGroup, secret, user }: PolicySubject): iam.Policy {
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
      ...runCommandStatements(fleets),
    ],
  });
}

/**
 * Adds the statements that name the function or its secret's key, because the function needs the role first. Gives all of them to the role:
 * one that is made elsewhere (`Role.customizeRoles`) reports what it is given here.
 */
export function completePolicy(
  scope: Construct, policy: iam.Policy, rotationFunction: lambda.IFunction, secret: secretsmanager.ISecret, role: iam.IRole,
): void {
  policy.addStatements(invokeItself(rotationFunction));
  grantKey(scope, secret, policy, ['kms:Decrypt', 'kms:GenerateDataKey']);
  if (rotationFunction.isBoundToVpc) policy.addStatements(denyNetworkInterfaces(rotationFunction));
  role.attachInlinePolicy(policy);
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
