import { ROTATION_TIME } from './key-age';
import { Problem, rotateNow } from './problem';
import { AccessKey } from '../aws/access-keys';
import { SecretDescription, SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { rotationInFlight, SecretContent } from '../keys/inventory';
import { LoginRefusedError } from '../proof/endpoint-proof';
import { Account, accountsIn, endpointIn, isConfigured, missingRegions } from '../proof/endpoints';
import { proveLogin } from '../proof/login-proof';
import { FormerCredential, parseCredential, parseFormer, regionIn } from '../secret/credential';
import { CURRENT, isCurrent } from '../secret/labels';

const NOT_YET = 'the secret holds no credential in the configured format yet: the next rotation writes one';

/**
 * AWSCURRENT must authenticate at every endpoint that was configured when it was made. The keys are unknown while IAM
 * does not answer.
 */
export async function checkCredential(context: Context, { secret, versions }: SecretContent, keys?: AccessKey[]): Promise<Problem> {
  const current = versions.find(isCurrent);
  const credential = current && findCredential(context, current);
  if (!credential) return checkMissing(context, secret);
  const problem = await whyDead(context, current, credential, keys);
  return problem && await isStillCurrent(context, current) ? problem : undefined;
}

/** The credential in the configured format, or in one from before a change of the format. */
function findCredential({ config, log }: Context, { value }: SecretVersion): FormerCredential | undefined {
  const credential = parseCredential(value, config.format);
  const missing = credential ? missingRegions(value, config) : [];
  if (missing.length > 0) log.warn(`the current credential was not made for ${missing.join(' and ')}: the next rotation makes one that is`);
  if (credential) return { ...credential, region: regionIn(value, config.format) };
  const former = parseFormer(value);
  if (former) log.warn(NOT_YET);
  return former;
}

/** A rotation may have promoted another version since, and deactivated this one's key if there is no grace period. */
async function isStillCurrent({ versions }: Context, { id }: SecretVersion): Promise<boolean> {
  return (await versions.getCurrent())?.id === id;
}

/** A secret that waits for its first rotation holds no credential to test. */
function checkMissing({ clock, config, log }: Context, secret: SecretDescription): Problem {
  const isDue = config.rotatesAtOnce && clock.now() - secret.createdAt > ROTATION_TIME;
  if (secret.rotatedAt === undefined && (!isDue || rotationInFlight(secret) !== undefined)) {
    log.warn(NOT_YET);
    return undefined;
  }
  return new RotationError(`${CURRENT} holds no credential; to make one: ${rotateNow(config.secretArn)}`, 'the-current-credential-is-missing');
}

/** At a configured endpoint, a login decides. Another endpoint may be out of reach, so only a refusal or the list of keys decides. */
async function whyDead(context: Context, current: SecretVersion, credential: FormerCredential, keys?: AccessKey[]): Promise<Problem> {
  const { config } = context;
  const { username } = credential;
  const key = keys?.find(({ id }) => id === username);
  if (key?.active === false) return inactiveKey(context, username);
  const endpoint = endpointIn(credential.region, config);
  const additional = accountsIn(current, config).filter(account => account.endpoint !== config.endpoint && account.endpoint !== endpoint);
  const accounts = endpoint ? [{ credential, endpoint }, ...additional] : additional;
  const problem = await firstRefusal(context, accounts);
  if (problem || isConfigured(endpoint, config) || !keys || key) return problem;
  return new RotationError(`access key ${username} in ${CURRENT} no longer exists; to replace it: ${rotateNow(config.secretArn)}`, 'the-current-credential-is-missing');
}

function inactiveKey({ config, keys }: Context, accessKeyId: string): RotationError {
  return new RotationError(`access key ${accessKeyId} in ${CURRENT} is inactive; to reactivate it: `
    + `aws iam update-access-key --user-name ${keys.userName} --access-key-id ${accessKeyId} --status Active; `
    + `if someone deactivated it on purpose, replace it: ${rotateNow(config.secretArn)}`, 'the-current-key-is-inactive');
}

async function firstRefusal(context: Context, accounts: Account[]): Promise<Problem> {
  for (const account of accounts) {
    const problem = await refusal(context, account);
    if (problem) return problem;
  }
  return undefined;
}

async function refusal(context: Context, account: Account): Promise<Problem> {
  try {
    await proveLogin(context, account, 1);
    return undefined;
  } catch (error) {
    if (!(error instanceof RotationError)) throw error;
    return error instanceof LoginRefusedError || isConfigured(account.endpoint, context.config) ? error : undefined;
  }
}
