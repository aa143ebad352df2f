import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { INITIAL_SECRET_VALUE } from '../rotation-contract';

/** The props of a new secret. */
interface NewSecretProps {
  readonly secretName?: string;
  readonly encryptionKey?: kms.IKey;
  readonly removalPolicy?: RemovalPolicy;
  readonly replicaRegions?: secretsmanager.ReplicaRegion[];
}

/** Throws on a prop of a new secret next to an existing secret. */
export function validateNewSecret(props: NewSecretProps, secret: secretsmanager.ISecret | undefined): void {
  const { encryptionKey, removalPolicy, replicaRegions, secretName } = props;
  const misplaced = Object.entries({ secretName, encryptionKey, removalPolicy, replicaRegions }).find(([, value]) => value !== undefined);
  if (secret && misplaced) throw new Error(`${misplaced[0]} must not be set together with secret, got both; leave one of them out`);
}

export function defineSecret(scope: Construct, props: NewSecretProps, replicaRegions: secretsmanager.ReplicaRegion[]): secretsmanager.Secret {
  const { encryptionKey, removalPolicy = RemovalPolicy.DESTROY, secretName } = props;
  return new secretsmanager.Secret(scope, 'Secret', {
    secretName,
    encryptionKey,
    removalPolicy,
    description: 'Amazon SES SMTP credential, rotated automatically',
    replicaRegions,
    // Must not depend on any prop: if it changed, CloudFormation would overwrite the current credential.
    secretStringValue: SecretValue.unsafePlainText(INITIAL_SECRET_VALUE),
  });
}
