import { Annotations, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { validateAdditionalRegions } from './additional-regions';
import { nearest } from './nearest';
import { EndpointConfig, FormatConfig } from './rotation-contract';
import { SmtpEndpoint } from '../smtp-endpoint';

/** The endpoint, and those of the additional Regions. */
export function bindEndpoints(scope: Construct, endpoint: SmtpEndpoint, additionalRegions: string[], format: FormatConfig): EndpointConfig[] {
  const config = endpoint._bind(scope);
  validateAdditionalRegions(additionalRegions, config.region, format);
  return [config, ...additionalRegions.map(region => endpoint._bindIn(region, scope))];
}

export function warnAboutPort(scope: Construct, endpoints: EndpointConfig[]): void {
  if (endpoints.every(({ port }) => port !== 25)) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:port25',
    'AWS Lambda and EC2 restrict port 25, so the rotation cannot log in; use port 587, 465, 2587 or 2465');
}

export function warnAboutPartition(scope: Construct, endpoints: EndpointConfig[]): void {
  const region = endpoints.map(endpoint => endpoint.region).find(name => !Token.isUnresolved(name) && /^(cn|us-iso[a-z]*|eu-isoe)-/.test(name));
  if (region === undefined) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:partitionWithoutSes',
    `SES is not known to exist in the partition of Region ${region}; use SmtpEndpoint.regional with another region`);
}

/** A Region newer than the installed CDK works as well. */
export function warnAboutRegions(scope: Construct, endpoints: EndpointConfig[]): void {
  const known = RegionInfo.regions.map(({ name }) => name);
  for (const { region } of endpoints) {
    const meant = Token.isUnresolved(region) || known.includes(region) ? undefined : nearest(region, known);
    if (meant === undefined) continue;
    Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:unknownRegion',
      `the Region ${region} is not known to the installed CDK, which knows ${meant}; correct the name, or ignore this if the Region is a newer one`);
  }
}
