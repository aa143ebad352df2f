import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkAccount, grantKey, secretArnPattern } from './secret-grants';
import { grantReplicaKeys, replicaArnPattern } from '../additional-regions';
import { checkValue, like } from '../shapes';

const GRANTEE = like('a role or another grantee', 'grantPrincipal', 'use what reads the secret');

/** What a principal reads. */
interface Reading {
  readonly secret: secretsmanager.ISecret;
  readonly replicas: secretsmanager.ReplicaRegion[];
  /** The policy that stands for a principal, if there is one. */
  readonly policyOf: (grantee: iam.IGrantable) => iam.Policy | undefined;
}

/** Lets a principal read a secret and its replicas, and use their keys for that. */
export function grantReadOf(scope: Construct, { policyOf, replicas, secret }: Reading, reader: iam.IGrantable): iam.Grant {
  checkValue('grantee', reader, GRANTEE);
  checkAccount(secret, reader);
  const grantee = policyOf(reader) ?? reader;
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
