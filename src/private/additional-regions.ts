import { Annotations, ArnFormat, Fn, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { hasNotation, quoted } from './notation';
import { FormatConfig, REGION_NAME, regionalFields } from './rotation-contract';
import { grantKeyOf, secretArnPattern } from './user-and-secret/secret-grants';

/** Throws on Regions that a credential cannot serve in addition to that of its endpoint. */
export function validateAdditionalRegions(regions: string[], endpointRegion: string, { fields }: FormatConfig): void {
  if (regions.length === 0) return;
  if (Token.isUnresolved(regions)) {
    throw new Error('additionalRegions must be known at synthesis, got a list that only the deployment knows; name each Region');
  }
  if (!fields) {
    throw new Error('additionalRegions must be used with a secret that has fields, got CredentialFormat.usernameColonPassword; use CredentialFormat.json');
  }
  checkNames('additionalRegions', regions);
  if (regions.includes(endpointRegion)) throw new Error(`additionalRegions must not name the endpoint's Region, got ${quoted(endpointRegion)}; leave it out`);
  checkDiffer('additionalRegions', regions);
  const names = Object.values(fields);
  const taken = [endpointRegion, ...regions].flatMap(region => Object.values(regionalFields(fields, region))).find(name => names.includes(name));
  if (taken !== undefined) {
    throw new Error(`credentialFormat fields must not have a name that additionalRegions needs, got ${quoted(taken)}; choose another name`);
  }
}

function checkNames(prop: string, regions: string[]): void {
  const unlike = regions.find(region => !hasNotation(region, REGION_NAME));
  if (unlike !== undefined) throw new Error(`${prop} must name Regions, such as eu-west-1, got ${quoted(unlike)}; use the code of a Region`);
}

function checkDiffer(prop: string, regions: string[]): void {
  if (new Set(regions).size < regions.length) throw new Error(`${prop} must differ, got ${regions.join(', ')}; name each Region once`);
}

/** What says where a secret is replicated to. */
interface ReplicaProps {
  readonly additionalRegions?: string[];
  readonly replicaRegions?: secretsmanager.ReplicaRegion[];
  readonly secret?: secretsmanager.ISecret;
}

/** Throws on replicas that Secrets Manager rejects. */
export function validateReplicas(scope: Construct, { replicaRegions = [] }: ReplicaProps): void {
  const regions = replicaRegions.map(({ region }) => region);
  checkNames('replicaRegions', regions);
  checkDiffer('replicaRegions', regions);
  const own = Stack.of(scope).region;
  if (regions.includes(own)) throw new Error(`replicaRegions must not name the Region of the secret itself, got '${own}'; leave it out`);
  const misplaced = replicaRegions.find(({ encryptionKey, region }) => encryptionKey && !isIn(encryptionKey.env.region, region));
  if (misplaced) throw new Error(`replicaRegions must have keys of their own Regions, got a key of ${misplaced.encryptionKey!.env.region} for ${misplaced.region}; define a key there`);
}

function isIn(actual: string, region: string): boolean {
  return actual === region || Token.isUnresolved(actual) || Token.isUnresolved(region);
}

/** The replicas of a new secret. If the stack does not know its own Region, CloudFormation rejects a replica in it. */
export function replicasOf(scope: Construct, { additionalRegions = [], replicaRegions, secret }: ReplicaProps): secretsmanager.ReplicaRegion[] {
  if (secret) return [];
  return replicaRegions ?? additionalRegions.filter(region => region !== Stack.of(scope).region).map(region => ({ region }));
}

/**
 * Lets a principal use the keys of replicas, through Secrets Manager only. A call in the secret's own Region may be what writes or
 * reads a replica.
 */
export function grantReplicaKeys(
  scope: Construct, secret: secretsmanager.ISecret, replicas: secretsmanager.ReplicaRegion[], grantee: iam.IGrantable, actions: string[],
): void {
  for (const { encryptionKey, region } of replicas) {
    if (!encryptionKey) continue;
    const secretArns = [secretArnPattern(secret), replicaArnPattern(secret, region)];
    grantKeyOf(scope, { key: encryptionKey, regions: [Stack.of(secret).region, region], secretArns }, grantee, actions);
  }
}

/** The ARN of a secret's replica for policies: that of the secret, with another Region. */
export function replicaArnPattern(secret: secretsmanager.ISecret, region: string): string {
  return Stack.of(secret).formatArn({
    service: 'secretsmanager',
    region,
    resource: 'secret',
    resourceName: Fn.select(6, Fn.split(':', secretArnPattern(secret))),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Warns about a secret that only its owner can replicate. */
export function warnAboutReplicas(scope: Construct, secret: secretsmanager.ISecret | undefined, regions: string[]): void {
  if (!secret || regions.length === 0) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:secretNotReplicated',
    `a secret that is not defined here is not replicated to ${regions.join(', ')}; to read it there, replicate it where it is defined`);
}
