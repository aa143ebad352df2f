import { EndpointConfig, REGION_NAME } from '../../src/private/rotation-contract';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { SecretText } from '../basics/secret-text';
import { Credential, credentialAt, EndpointsConfig, isForEndpoint } from '../secret/credential';
import { isCurrent } from '../secret/labels';

/** An endpoint, and the credential with which a mail server logs in there. */
export interface Account {
  readonly endpoint: EndpointConfig;
  readonly credential: Credential;
}

/**
 * The endpoints for which a version has a password. A version that is not current must have one for every endpoint. A current
 * one may be older than an additional Region.
 */
export function accountsIn(version: SecretVersion, config: EndpointsConfig): Account[] {
  const { id, value } = version;
  const missing = missingRegions(value, config);
  if (missing.length > 0 && !isCurrent(version)) {
    throw new RotationError(`version ${id} was not made for ${missing.join(' and ')}; wait for the retry, which abandons it, then rotate again`, 'an-abandoned-version');
  }
  return endpointsOf(config).flatMap(endpoint => {
    const credential = credentialAt(endpoint, value, config);
    return credential ? [{ endpoint, credential }] : [];
  });
}

/** The configured Regions for which a value has no password. */
export function missingRegions(value: SecretText, config: EndpointsConfig): string[] {
  const { additionalEndpoints = [], endpoint, format } = config;
  const missing = additionalEndpoints.filter(additional => !credentialAt(additional, value, config));
  return (isForEndpoint(value, endpoint, format) ? missing : [endpoint, ...missing]).map(({ region }) => region);
}

/** The endpoint of the Region that a value names: a configured one, or its counterpart in that Region if its host name contains a Region. */
export function endpointIn(region: string | undefined, config: EndpointsConfig): EndpointConfig | undefined {
  const { endpoint } = config;
  if (region === undefined || !REGION_NAME.test(region)) return endpoint;
  const configured = endpointsOf(config).find(candidate => candidate.region === region);
  if (configured || !endpoint.host.includes(endpoint.region)) return configured;
  return { ...endpoint, region, host: endpoint.host.replaceAll(endpoint.region, region) };
}

export function isConfigured(endpoint: EndpointConfig | undefined, config: EndpointsConfig): boolean {
  return endpointsOf(config).some(configured => configured === endpoint);
}

function endpointsOf({ additionalEndpoints = [], endpoint }: EndpointsConfig): EndpointConfig[] {
  return [endpoint, ...additionalEndpoints];
}
