import { Annotations, ArnFormat, Fn, Stack, Token } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { quoted } from './notation';
import { FormatConfig, REGION_NAME, regionalFields } from './rotation-contract';
import { secretArnPattern } from './user-and-secret/secret-grants';

/** Throws on Regions that a credential cannot serve in addition to that of its endpoint. */
export function validateAdditionalRegions(regions: string[], endpointRegion: string, { fields }: FormatConfig): void {
  if (regions.length === 0) return;
  if (!fields) {
    throw new Error('additionalRegions must be used with a secret that has fields, got CredentialFormat.usernameColonPassword; use CredentialFormat.json');
  }
  const unlike = regions.find(region => !Token.isUnresolved(region) && !REGION_NAME.test(region));
  if (unlike !== undefined) throw new Error(`additionalRegions must name Regions, such as eu-west-1, got ${quoted(unlike)}`);
  if (regions.includes(endpointRegion)) throw new Error(`additionalRegions must not name the endpoint's Region, got ${quoted(endpointRegion)}; leave it out`);
  if (new Set(regions).size < regions.length) throw new Error(`additionalRegions must differ, got ${regions.join(', ')}; name each Region once`);
  const names = Object.values(fields);
  const taken = [endpointRegion, ...regions].flatMap(region => Object.values(regionalFields(fields, region))).find(name => names.includes(name));
  if (taken !== undefined) {
    throw new Error(`credentialFormat fields must not have a name that additionalRegions needs, got ${quoted(taken)}; choose another name`);
  }
}

/** The Regions that a new secret is replicated to. If the stack does not know its own Region, CloudFormation rejects a replica in it. */
export function replicaRegions(scope: Construct, regions: string[]): string[] {
  return regions.filter(region => region !== Stack.of(scope).region);
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
