import { CURRENT, holderOf, PENDING, SecretVersion, World } from '../../world';
import { SimulatedNode, SmtpCredential } from '../../world/nodes';
import { expectedPassword, SesSmtp } from '../../world/services/ses-smtp';

/** What the promises are about: one secret, its user, and the mail servers. */
export interface Watched {
  readonly world: World;
  readonly ses: SesSmtp;
  readonly secretArn: string;
  readonly userName: string;
  readonly servers: SimulatedNode[];
}

/** Begins the labels of the versions that a mail server may hold. */
const DELIVERED = 'SES_SMTP_DELIVERED_';
const KEY_SLOTS = 2;

/** What is broken of the promises that hold at every moment. */
export function brokenNow(watched: Watched): string[] {
  const { world, servers, userName } = watched;
  const current = currentCredential(watched);
  const held = servers.filter(({ heldCredential }) => heldCredential && !works(world, heldCredential));
  return [
    ...current && !works(world, current) ? [`P1 AWSCURRENT holds ${current.username}, which does not work`] : [],
    ...held.map(({ instanceId, heldCredential }) => `P2 ${instanceId} holds ${heldCredential?.username}, which does not work`),
    ...current ? unproven(watched, current) : [],
    ...world.iam.keysOf(userName).length > KEY_SLOTS ? [`P4 ${userName} has more than ${KEY_SLOTS} keys`] : [],
  ];
}

/** What is missing of the end of an undisturbed rotation, P5. */
export function unfinished(watched: Watched, expectedKeys: number): string[] {
  const { world, servers, userName } = watched;
  const current = currentCredential(watched);
  const labelled = labelledVersions(watched);
  const keys = world.iam.keysOf(userName).map(({ accessKeyId }) => accessKeyId);
  const leftOver = keys.filter(key => !labelled.some(version => textOf(version).includes(key)));
  const others = servers.filter(({ heldCredential }) => heldCredential?.username !== current?.username);
  const delivered = labelled.filter(({ labels }) => [...labels].some(label => label.startsWith(DELIVERED)));
  return [
    ...current && works(world, current) ? [] : ['P5 AWSCURRENT holds no working credential'],
    ...others.map(({ instanceId }) => `P5 ${instanceId} does not hold the credential of AWSCURRENT`),
    ...labelled.some(({ labels }) => labels.has(PENDING)) ? ['P5 AWSPENDING is left over'] : [],
    ...leftOver.map(key => `P5 no version refers to key ${key}`),
    ...keys.length === expectedKeys ? [] : [`P5 there are ${keys.length} keys instead of ${expectedKeys}`],
    ...delivered.some(({ labels }) => !labels.has(CURRENT)) ? ['P5 a version that no server holds is marked as delivered'] : [],
  ];
}

/** P3, which then holds at every moment: what is current has been proved and taken. */
function unproven(watched: Watched, { username }: SmtpCredential): string[] {
  const { ses, servers } = watched;
  const id = currentVersion(watched)?.id ?? '';
  const behind = servers.filter(({ appliedVersions }) => !appliedVersions.includes(id));
  return [
    ...ses.logins.some(login => login.username === username && login.code === 235) ? [] : [`P3 ${username} is current and has never authenticated`],
    ...behind.map(({ instanceId }) => `P3 ${username} is current, and ${instanceId} has not taken it`),
  ];
}

function works({ iam, region }: World, { username, password }: SmtpCredential): boolean {
  const key = iam.findAccessKey(username);
  return key?.status === 'Active' && password === expectedPassword(key.secretAccessKey, region);
}

function currentVersion({ world, secretArn }: Watched): SecretVersion | undefined {
  return holderOf(world.secretsManager.secret(secretArn), CURRENT);
}

/** Undefined before the first rotation: the value has an empty user name then. */
function currentCredential(watched: Watched): SmtpCredential | undefined {
  const version = currentVersion(watched);
  const credential = version && JSON.parse(textOf(version)) as SmtpCredential;
  return credential?.username ? credential : undefined;
}

function labelledVersions({ world, secretArn }: Watched): SecretVersion[] {
  return [...world.secretsManager.secret(secretArn).versions.values()].filter(({ labels }) => labels.size > 0);
}

function textOf({ value }: SecretVersion): string {
  return value?.SecretString ?? '{}';
}
