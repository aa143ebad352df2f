import { EndpointConfig } from '../../src/private/rotation-contract';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { SecretText } from '../basics/secret-text';
import { Credential, credentialAt, EndpointsConfig, isForEndpoint } from '../secret/credential';
import { isCurrent } from '../secret/labels';

/** An endpoint, and what a mail server logs in with there. */
export interface Account {
  readonly endpoint: EndpointConfig;
  readonly credential: Credential;
}

/**
 * The endpoints that a version has a password for. One that is not current must have it for all of them; one that is
 * may be from before an additional region was configured.
 */
export function accountsIn(version: SecretVersion, config: EndpointsConfig): Account[] {
  const { id, value } = version;
  const missing = missingRegions(value, config);
  if (missing.length > 0 && !isCurrent(version)) {
    throw new RotationError(`version ${id} was not made for ${missing.join(' and ')}; the next attempt gives it up`, 'stuck-rotation');
  }
  return endpointsOf(config).flatMap(endpoint => {
    const credential = credentialAt(endpoint, value, config);
    return credential ? [{ endpoint, credential }] : [];
  });
}

/** The configured regions that a value has no password for. */
export function missingRegions(value: SecretText, config: EndpointsConfig): string[] {
  const { additionalEndpoints = [], endpoint, format } = config;
  const missing = additionalEndpoints.filter(additional => !credentialAt(additional, value, config));
  return (isForEndpoint(value, endpoint, format) ? missing : [endpoint, ...missing]).map(({ region }) => region);
}

function endpointsOf({ additionalEndpoints = [], endpoint }: EndpointsConfig): EndpointConfig[] {
  return [endpoint, ...additionalEndpoints];
}
