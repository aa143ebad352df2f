import { HOUR } from '../../../lambda-src/basics/time';
import { RotationConfig } from '../../../src/private/rotation-contract';
import { CURRENT, holderOf, PENDING } from '../../world';
import { parseCredential, SmtpCredential } from '../../world/nodes';
import { expectedPassword } from '../../world/services/ses-smtp';
import { keyIn } from '../promises';
import { OTHER_REGION } from './changes';
import type { Site } from './site';

/** A rotation has so much time, with all its attempts. */
const ROTATION_TIME = 6 * HOUR;
/** Between the making of a key and the storing of it lie seconds. */
const STORING_TIME = HOUR;

/** By itself, without the function: which credentials in use SES refuses. */
export function brokenThings(site: Site): string[] {
  const currents = site.functions.flatMap(({ config }) => currentOf(site, config) ?? []);
  return [
    ...currents.filter(credential => !works(site, credential)).map(({ username }) => `the credential in AWSCURRENT is refused: ${username}`),
    ...site.servers.filter(({ heldCredential }) => heldCredential && !works(site, heldCredential))
      .map(({ instanceId, heldCredential }) => `the credential of ${instanceId} is refused: ${heldCredential!.username}`),
  ];
}

/** What the watchdog may fail over. */
export function troubles(site: Site): string[] {
  return [...brokenThings(site), ...site.functions.flatMap(one => troublesOf(site, one))];
}

function troublesOf({ clock, world: { iam, secretsManager } }: Site, { fn, config }: Site['functions'][number]): string[] {
  const { secretArn, user, maxAgeSeconds = Infinity } = config;
  const secret = secretsManager.find(secretArn);
  if (!secret) return ['the secret is gone'];
  const now = clock.now();
  const versions = [...secret.versions.values()].filter(({ labels }) => labels.size > 0);
  const pending = holderOf(secret, PENDING);
  const current = iam.findAccessKey(keyIn(holderOf(secret, CURRENT)) ?? '');
  const found: Record<string, boolean> = {
    'another function rotates the secret': secret.rotation !== undefined && secret.rotation.lambdaArn !== fn.arn,
    'the rotation is switched off': secret.rotation?.enabled !== true,
    'the rotation is stuck': pending !== undefined && pending !== holderOf(secret, CURRENT) && now - pending.createdDate > ROTATION_TIME,
    'the key is too old': current !== undefined && now - current.createDate.getTime() > maxAgeSeconds * 1000,
    'nothing refers to a key': iam.keysOf(user.name).some(({ accessKeyId, createDate }) =>
      now - createDate.getTime() > STORING_TIME && !versions.some(version => keyIn(version) === accessKeyId)),
  };
  return Object.keys(found).filter(name => found[name]);
}

/** Undefined while there is none. */
function currentOf({ world: { secretsManager } }: Site, { secretArn }: RotationConfig): SmtpCredential | undefined {
  const secret = secretsManager.find(secretArn);
  const value = secret && holderOf(secret, CURRENT)?.value?.SecretString;
  const credential = value === undefined ? undefined : parseCredential(value);
  return credential?.username ? credential : undefined;
}

/** In the region that its password is for. */
function works({ world: { iam, region } }: Site, { password, username }: SmtpCredential): boolean {
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
