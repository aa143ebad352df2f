import { OTHER_REGION } from './names';
import { ConfiguredFunction, Place } from './place';
import { HOUR } from '../../../lambda-src/basics/time';
import { INITIAL_SECRET_VALUE, RotationConfig } from '../../../src/private/rotation-contract';
import { CURRENT, DeployedFunction, holderOf, PENDING, SecretVersion } from '../../world';
import { parseCredential, SmtpCredential } from '../../world/nodes';
import { expectedPassword } from '../../world/services/ses-smtp';
import { isDelivered, keyIn } from '../promises';

/** A rotation has so much time, with all its attempts. */
const ROTATION_TIME = 6 * HOUR;
export const STRAY_KEY = 'nothing refers to a key';
/** Between the making of a key and the storing of it lie seconds. */
const STORING_TIME = HOUR;

/** By itself, without the function: which credentials in use SES refuses. */
export function brokenThings(place: Place): string[] {
  const currents = place.functions.flatMap(({ config }) => currentOf(place, config) ?? []);
  const unreadable = place.functions.filter(({ config }) => valueOf(place, config) !== undefined && currentOf(place, config) === undefined);
  return [
    ...unreadable.map(() => 'AWSCURRENT holds nothing that is a credential'),
    ...currents.filter(credential => !works(place, credential)).map(({ username }) => `the credential in AWSCURRENT is refused: ${username}`),
    ...place.servers.filter(({ heldCredential }) => heldCredential && !works(place, heldCredential))
      .map(({ instanceId, heldCredential }) => `the credential of ${instanceId} is refused: ${heldCredential!.username}`),
  ];
}

/** What the watchdog must report once it has lasted. */
export function reportable(place: Place): string[] {
  const others = place.functions.filter(({ fn, config }) => isRotatedByOther(place, fn, config)).map(({ config }) => `another function rotates ${config.secretArn}`);
  return [...brokenThings(place), ...others];
}

/** What the watchdog may fail over. */
export function troubles(place: Place): string[] {
  return [...brokenThings(place), ...place.functions.flatMap(one => troublesOf(place, one))];
}

function troublesOf(place: Place, { fn, config }: ConfiguredFunction): string[] {
  const { clock, world: { iam, secretsManager } } = place;
  const { secretArn, user } = config;
  const secret = secretsManager.find(secretArn);
  if (!secret) return ['the secret is gone'];
  const now = clock.now();
  const versions = [...secret.versions.values()].filter(({ labels }) => labels.size > 0);
  const pending = holderOf(secret, PENDING);
  const isDead = (version: SecretVersion) => iam.findAccessKey(keyIn(version) ?? '')?.status !== 'Active';
  const found: Record<string, boolean> = {
    'another function rotates the secret': isRotatedByOther(place, fn, config),
    'the rotation is switched off': secret.rotation?.enabled !== true,
    'the rotation is stuck': pending !== undefined && pending !== holderOf(secret, CURRENT) && now - pending.createdDate > ROTATION_TIME,
    'servers may hold a key that does not work': versions.some(version => isDelivered(version) && isDead(version)),
    [STRAY_KEY]: iam.keysOf(user.name).some(({ accessKeyId, createDate }) =>
      now - createDate.getTime() > STORING_TIME && !versions.some(version => keyIn(version) === accessKeyId)),
  };
  return Object.keys(found).filter(name => found[name]);
}

function isRotatedByOther({ world: { secretsManager } }: Place, { arn }: DeployedFunction, { secretArn }: RotationConfig): boolean {
  const { rotation } = secretsManager.find(secretArn) ?? {};
  return rotation !== undefined && rotation.lambdaArn !== arn;
}

/** Undefined while nothing but what the secret was born with is there. */
function valueOf({ world: { secretsManager } }: Place, { secretArn }: RotationConfig): string | undefined {
  const secret = secretsManager.find(secretArn);
  const value = secret && holderOf(secret, CURRENT)?.value?.SecretString;
  return value === INITIAL_SECRET_VALUE || secret?.deletedDate !== undefined ? undefined : value;
}

function currentOf(place: Place, config: RotationConfig): SmtpCredential | undefined {
  try {
    const credential = parseCredential(valueOf(place, config) ?? '');
    return credential.username ? credential : undefined;
  } catch {
    return undefined;
  }
}

/** In the region that its password is for. */
function works({ world: { iam, region } }: Place, { password, username }: SmtpCredential): boolean {
  const key = iam.findAccessKey(username);
  return key?.status === 'Active' && [region, OTHER_REGION].some(name => passwordOf(key.secretAccessKey, name) === password);
}

const passwords = new Map<string, string>();

/** Derived once: this is asked after every effect. */
function passwordOf(secretAccessKey: string, region: string): string {
  const known = passwords.get(`${secretAccessKey} ${region}`) ?? expectedPassword(secretAccessKey, region);
  passwords.set(`${secretAccessKey} ${region}`, known);
  return known;
}
