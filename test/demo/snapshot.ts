import { MailServer } from './mail-server';
import { CURRENT, PENDING, PREVIOUS, World } from '../world';

/** What a person who may see everything but passwords sees at one moment. */
export interface Snapshot {
  readonly versions: VersionState[];
  readonly keys: KeyState[];
  readonly servers: ServerState[];
}

export interface VersionState {
  readonly id: string;
  readonly labels: string[];
  /** Missing in a version without a credential. */
  readonly accessKeyId?: string;
}

export interface KeyState {
  readonly accessKeyId: string;
  readonly status: string;
  /** The labels of the version that holds it. */
  readonly labels: string[];
}

export interface ServerState {
  readonly instanceId: string;
  /** Missing before the first rotation. */
  readonly accessKeyId?: string;
}

/** The access keys by the labels of the versions that hold them. */
export type LabelledKeys = Partial<Record<typeof LABELS[number], string>>;

/** Secrets Manager's own. */
export const LABELS = [CURRENT, PENDING, PREVIOUS] as const;

export async function takeSnapshot(world: World, secretArn: string, userName: string, servers: MailServer[]): Promise<Snapshot> {
  const versions = labelledVersions(world, secretArn);
  return {
    versions,
    keys: world.iam.keysOf(userName).map(({ accessKeyId, status }) => ({ accessKeyId, status, labels: labelsOf(versions, accessKeyId) })),
    servers: await serverStates(servers),
  };
}

export async function serverStates(servers: MailServer[]): Promise<ServerState[]> {
  return Promise.all(servers.map(async server => ({
    instanceId: server.instanceId,
    accessKeyId: (await server.credential())?.username,
  })));
}

export function labelledKeys(world: World, secretArn: string): LabelledKeys {
  const versions = labelledVersions(world, secretArn);
  return Object.fromEntries(LABELS.map(label => [label, versions.find(({ labels }) => labels.includes(label))?.accessKeyId]));
}

/** The access key of the version with the label. */
export function keyIn({ versions }: Snapshot, label: string): string | undefined {
  return versions.find(version => version.labels.includes(label))?.accessKeyId;
}

/** The access keys that the mail servers hold, each once. */
export function heldKeys({ servers }: Snapshot): (string | undefined)[] {
  return [...new Set(servers.map(server => server.accessKeyId))];
}

function labelledVersions(world: World, secretArn: string): VersionState[] {
  return [...world.secretsManager.secret(secretArn).versions.values()]
    .filter(version => version.labels.size > 0)
    .map(({ id, labels, value }) => ({ id, labels: [...labels].sort(), accessKeyId: accessKeyIn(value?.SecretString) }));
}

function labelsOf(versions: VersionState[], accessKeyId: string): string[] {
  return versions.filter(version => version.accessKeyId === accessKeyId).flatMap(version => version.labels);
}

function accessKeyIn(value = '{}'): string | undefined {
  const { username } = JSON.parse(value) as { username?: string };
  return username === '' ? undefined : username;
}
