import { nameOf, Proof, proofError, tryUntilAccepted } from './endpoint-proof';
import { Account, accountsIn } from './endpoints';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Context } from '../context';

/**
 * Logs in at every endpoint for which a version has a password, the given number of times in a row. An endpoint has many
 * hosts, and one that knows a new key says little about the next.
 */
export async function proveLogins(context: Context, version: SecretVersion, successesInARow: number): Promise<void> {
  for (const account of accountsIn(version, context.config)) await proveLogin(context, account, successesInARow);
}

/** Whether every endpoint for which a version has a password accepts it at the first attempt. Throws if one does not decide. */
export async function logsInEverywhere(context: Context, version: SecretVersion): Promise<boolean> {
  for (const account of accountsIn(version, context.config)) if (!await logsIn(context, account)) return false;
  return true;
}

/** Logs in at one endpoint, the given number of times in a row. */
export async function proveLogin(context: Context, account: Account, successesInARow: number): Promise<void> {
  const proof = loginProof(context, account);
  const result = await tryUntilAccepted(context, proof, successesInARow);
  if (result.outcome !== 'accepted') throw proofError(result, proof);
}

function loginProof({ loginAt }: Context, { credential, endpoint }: Account): Proof {
  const login = loginAt(endpoint);
  return { subject: 'login', attempt: async () => login(credential), accessKeyId: credential.username, endpoint };
}

async function logsIn({ log, loginAt }: Context, { credential, endpoint }: Account): Promise<boolean> {
  const accessKeyId = credential.username;
  const { outcome, reply } = await loginAt(endpoint)(credential);
  if (outcome === 'accepted') log.info('login accepted', { accessKeyId, endpoint: nameOf(endpoint) });
  if (outcome === 'accepted' || outcome === 'refused') return outcome === 'accepted';
  throw new RotationError(`${nameOf(endpoint)} did not accept the login of access key ${accessKeyId}: ${reply}; check host, port and routes`, 'endpoint-unreachable');
}
