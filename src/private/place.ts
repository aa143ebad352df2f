import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** Props that must be in the same place as the rotation. */
interface Placed {
  readonly vpc?: ec2.IVpc;
  readonly encryptionKey?: kms.IKey;
  readonly secret?: secretsmanager.ISecret;
  readonly user?: iam.IUser;
}

/** Throws on what is in another account or Region than the function. */
export function validatePlace(scope: Construct, { encryptionKey, secret, user, vpc }: Placed): void {
  const { account, region } = Stack.of(scope);
  if (vpc) checkSame("vpc must be in the stack's Region", vpc.env.region, region);
  if (encryptionKey) checkSame("encryptionKey must be in the stack's Region", encryptionKey.env.region, region);
  if (secret) checkSame("secret must be in the stack's Region", secret.env.region, region);
  if (secret) checkSame("secret must be in the stack's account", secret.env.account, account);
  if (user) checkSame("user must be in the stack's account", Arn.split(user.userArn, ArnFormat.SLASH_RESOURCE_NAME).account!, account);
}

function checkSame(rule: string, actual: string, expected: string): void {
  if (Token.isUnresolved(actual) || Token.isUnresolved(expected) || actual === expected) return;
  throw new Error(`${rule}, ${expected}, got ${actual}; define the rotation in a stack there`);
}
