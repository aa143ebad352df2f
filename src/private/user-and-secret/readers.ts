import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { grantKey, secretArnPattern } from './secret-grants';
import { grantReplicaKeys, replicaArnPattern } from '../additional-regions';

/** Lets a principal read a secret and its replicas, and use their keys for that. */
export function grantReadOf(
  scope: Construct, secret: secretsmanager.ISecret, replicas: secretsmanager.ReplicaRegion[], grantee: iam.IGrantable,
): iam.Grant {
  const options = {
    grantee,
    actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
    resourceArns: [secretArnPattern(secret), ...replicas.map(({ region }) => replicaArnPattern(secret, region))],
  };
  // The policy of a principal of this stack stands for that principal, which needs nothing of the secret.
  const grant = grantee instanceof iam.Policy
    ? iam.Grant.addToPrincipal(options)
    : iam.Grant.addToPrincipalOrResource({ ...options, resource: secret, resourceSelfArns: ['*'] });
  grantKey(scope, secret, grantee, ['kms:Decrypt']);
  grantReplicaKeys(scope, secret, replicas, grantee, ['kms:Decrypt']);
  return grant;
}

/** A secret that a container may read. */
interface Readable {
  readonly secret: secretsmanager.ISecret;
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

/** Not CDK's own, which grants more than it needs, and on the key without a condition for the secret. */
export function ecsSecretOf(readable: Readable): ecs.Secret {
  return { arn: readable.secret.secretArn, hasField: false, grantRead: grantee => readable.grantRead(grantee) };
}
