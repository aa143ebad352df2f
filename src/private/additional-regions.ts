import { Annotations, ArnFormat, Fn, Stack, Token } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { FormatConfig, REGION_NAME, regionalFields } from './rotation-contract';
import { secretArnPattern } from './user-and-secret/secret-grants';

/** Throws on regions that a credential cannot be for in addition to that of its endpoint. */
export function validateAdditionalRegions(regions: string[], endpointRegion: string, { fields }: FormatConfig): void {
  if (regions.length === 0) return;
  if (!fields) {
    throw new Error('additionalRegions needs a secret with fields, got CredentialFormat.usernameColonPassword(); use CredentialFormat.json()');
  }
  const unlike = regions.find(region => !Token.isUnresolved(region) && !REGION_NAME.test(region));
  if (unlike !== undefined) throw new Error(`additionalRegions must name regions, such as eu-west-1, got '${unlike}'`);
  if (regions.includes(endpointRegion)) throw new Error(`additionalRegions must not name the endpoint's region, got '${endpointRegion}'`);
  if (new Set(regions).size < regions.length) throw new Error(`additionalRegions must differ, got ${regions.join(', ')}`);
  const names = Object.values(fields);
  const taken = [endpointRegion, ...regions].flatMap(region => Object.values(regionalFields(fields, region))).find(name => names.includes(name));
  if (taken !== undefined) {
    throw new Error(`additionalRegions needs the field '${taken}' of the secret, which credentialFormat uses otherwise; choose another name there`);
  }
}

/** The regions that a new secret is replicated to. In a stack that does not know its region, CloudFormation refuses a replica beside the secret. */
export function replicaRegions(scope: Construct, regions: string[]): string[] {
  return regions.filter(region => region !== Stack.of(scope).region);
}

/** The ARN of a secret's replica for policies: that of the secret, with another region. */
export function replicaArnPattern(secret: secretsmanager.ISecret, region: string): string {
  return Stack.of(secret).formatArn({
    service: 'secretsmanager',
    region,
    resource: 'secret',
    resourceName: Fn.select(6, Fn.split(':', secretArnPattern(secret))),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Warns of a secret that only its owner can replicate. */
export function warnAboutReplicas(scope: Construct, secret: secretsmanager.ISecret | undefined, regions: string[]): void {
  if (!secret || regions.length === 0) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:secretNotReplicated',
    `a secret that is not defined here is not replicated to ${regions.join(', ')}: replicate it where it is defined, if it is to be read there`);
}
