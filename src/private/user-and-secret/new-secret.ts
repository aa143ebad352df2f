import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { INITIAL_SECRET_VALUE } from '../rotation-contract';

/** What a new secret may be given. */
interface NewSecretProps {
  readonly secretName?: string;
  readonly encryptionKey?: kms.IKey;
  readonly removalPolicy?: RemovalPolicy;
}

/** Throws on what is for a new secret beside one that exists. */
export function validateNewSecret(props: NewSecretProps, secret: secretsmanager.ISecret | undefined): void {
  const { encryptionKey, removalPolicy, secretName } = props;
  const misplaced = Object.entries({ secretName, encryptionKey, removalPolicy }).find(([, value]) => value !== undefined);
  if (secret && misplaced) throw new Error(`${misplaced[0]} is for a new secret, got it together with secret; leave one of them out`);
}

export function defineSecret(scope: Construct, props: NewSecretProps, replicaRegions: string[]): secretsmanager.Secret {
  const { encryptionKey, removalPolicy = RemovalPolicy.DESTROY, secretName } = props;
  return new secretsmanager.Secret(scope, 'Secret', {
    secretName,
    encryptionKey,
    removalPolicy,
    description: 'Amazon SES SMTP credential, rotated automatically',
    replicaRegions: replicaRegions.map(region => ({ region })),
    // Never to change, with no property: CloudFormation would overwrite the current credential.
    secretStringValue: SecretValue.unsafePlainText(INITIAL_SECRET_VALUE),
  });
}
