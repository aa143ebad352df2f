import { failureOf, tryUntilAccepted } from './endpoint-proof';
import { accountsIn } from './endpoints';
import { SecretVersion } from '../aws/secret-versions';
import type { Upkeep } from '../rotation/rotation';

/**
 * Logs in at every endpoint that a version has a password for, so many times in a row: behind an endpoint's name
 * stands a fleet of hosts, and one that knows a new key says little about the next.
 */
export async function proveLogins(upkeep: Upkeep, version: SecretVersion, successesInARow: number): Promise<void> {
  for (const { credential, endpoint } of accountsIn(version, upkeep.config)) {
    const login = upkeep.loginAt(endpoint);
    const proof = { ...upkeep, subject: 'login', attempt: async () => login(credential), accessKeyId: credential.username, endpoint } as const;
    const result = await tryUntilAccepted(proof, successesInARow);
    if (result.outcome !== 'accepted') throw failureOf(result, proof);
  }
}
