import { holderOf, PENDING, PREVIOUS, SecretVersion } from '../world';
import { Fault } from './faults';
import type { Lab } from './lab';
import { isDelivered, keyIn } from './promises';
import { parseCredential, SimulatedNode } from '../world/nodes';
import { expectedPassword } from '../world/services/ses-smtp';

/** Something that a person does by hand. */
export interface Deed {
  readonly name: string;
  readonly do: (lab: Lab) => void;
}

export const DELETE_CURRENT_KEY: Deed = { name: 'the current key is deleted', do: lab => deleteKey(lab, keyIn(lab.current)) };
export const DELETE_PENDING_KEY: Deed = { name: 'the pending key is deleted', do: lab => deleteKey(lab, keyIn(lab.pending)) };
export const DELETE_PREVIOUS_KEY: Deed = { name: 'the previous key is deleted', do: lab => deleteKey(lab, keyIn(previous(lab))) };
export const DEACTIVATE_CURRENT_KEY: Deed = { name: 'the current key is deactivated', do: lab => deactivateKey(lab, keyIn(lab.current)) };
export const DEACTIVATE_PENDING_KEY: Deed = { name: 'the pending key is deactivated', do: lab => deactivateKey(lab, keyIn(lab.pending)) };
export const ADD_KEY: Deed = { name: 'a key is added', do: lab => { addKey(lab); } };

export const EDIT_SECRET: Deed = {
  name: 'a new credential is put into the secret',
  do: lab => {
    const value = addKey(lab) ?? previous(lab)?.value?.SecretString;
    if (value !== undefined) edit(lab, value);
  },
};

export const EDIT_SECRET_BADLY: Deed = { name: 'something else is put into the secret', do: lab => edit(lab, 'smtp password: see the wiki') };

export const CANCEL_ROTATION: Deed = {
  name: 'the rotation is cancelled',
  do: lab => { lab.secret.rotationInFlight = undefined; },
};

export const CANCEL_AND_CLEAN_UP: Deed = {
  name: 'the rotation is cancelled and its label removed',
  do: lab => {
    CANCEL_ROTATION.do(lab);
    lab.pending?.labels.delete(PENDING);
  },
};

export const ADD_SERVER: Deed = { name: 'a server is added', do: lab => addServer(lab) };

/** What `applyToNewServers` does: a server that joins does not wait for a rotation, and those that are there run it at an interval. */
export const ASSOCIATIONS_RUN: Deed = {
  name: 'a server joins, and the associations of all servers run',
  do: lab => {
    addServer(lab);
    lab.servers.forEach(server => runAssociation(lab, server));
  },
};

export const REMOVE_SERVER: Deed = {
  name: 'a server is removed',
  do: lab => {
    const [first, ...others] = lab.servers;
    // The last one of a fleet stays: a fleet without servers is refused, and rightly so.
    if (others.some(({ tags }) => first.tags.Servers === tags.Servers)) lab.removeServer(first);
  },
};

export const REPLACE_SERVER: Deed = {
  name: 'a server is replaced',
  do: lab => {
    const replaced = replaceable(lab);
    if (!replaced) return;
    addServer(lab);
    lab.removeServer(replaced);
  },
};

export const SERVER_OFFLINE: Deed = {
  name: 'a server goes offline',
  do: lab => { lab.servers.slice(0, 1).forEach(server => { server.online = false; }); },
};

export const DEEDS = [
  DELETE_CURRENT_KEY, DELETE_PENDING_KEY, DELETE_PREVIOUS_KEY, DEACTIVATE_CURRENT_KEY, DEACTIVATE_PENDING_KEY, ADD_KEY, EDIT_SECRET,
  EDIT_SECRET_BADLY, CANCEL_ROTATION, CANCEL_AND_CLEAN_UP, ADD_SERVER, ASSOCIATIONS_RUN, REMOVE_SERVER, REPLACE_SERVER, SERVER_OFFLINE,
];

/** The deed as a fault: somebody does it just before an effect. */
export function justBefore(deed: Deed): Fault {
  const strike = async (effect: () => Promise<unknown>, lab: Lab) => {
    lab.promises.strayKeysExpected = true;
    deed.do(lab);
    return effect();
  };
  // Nobody can keep a person from making a credential current at the very moment in which its key is taken back.
  const sparedActions = deed === EDIT_SECRET ? ['DeleteAccessKey', 'UpdateAccessKey'] : [];
  return { name: deed.name, call: strike, login: strike, pause: strike, sparedActions };
}

/** What a failed rotation may ask of people; nothing else is done for it. */
const ADVICE = /delete|put one there by hand|rotate again|new rotation|next rotation|next attempt|change it back|check that/;
const PATIENCE = 6;

/**
 * People come, read the error and do what it says, until a rotation succeeds. Returns how often it took them.
 * Without anything that they did before, the first rotation must succeed.
 */
export async function heal(lab: Lab): Promise<number> {
  for (let interventions = 0; interventions < PATIENCE; interventions++) {
    const { succeeded, attempts } = await lab.rotate();
    if (succeeded) return interventions;
    const message = (attempts.at(-1)?.at(-1)?.error as Error | undefined)?.message ?? '';
    if (!ADVICE.test(message)) lab.promises.violate('P8', `an error that says nothing of what to do: ${message}`);
    obey(lab, message);
  }
  lab.promises.violate('P5', 'no rotation succeeds any more, whatever people do');
  return PATIENCE;
}

/** Keys that work on no server are deleted if the error asks for it; servers' own credential comes back if the current one is no use. */
function obey(lab: Lab, message: string): void {
  const { iam } = lab.world;
  const held = lab.servers.flatMap(({ heldCredential }) => heldCredential?.username ?? []).filter(key => works(lab, key));
  if (/put one there by hand|cannot replace it/.test(message)) putBack(lab, held);
  if (!message.includes('delete')) return;
  const current = keyIn(lab.current);
  const useless = iam.keysOf(lab.config.user.name).filter(({ accessKeyId }) => !held.includes(accessKeyId) && accessKeyId !== current);
  useless.slice(0, 1).forEach(({ accessKeyId }) => deleteKey(lab, accessKeyId));
}

function putBack(lab: Lab, held: string[]): void {
  const version = [...lab.secret.versions.values()].find(candidate => held.includes(keyIn(candidate) ?? '') && works(lab, keyIn(candidate)));
  if (version?.value?.SecretString !== undefined && version !== lab.current) edit(lab, version.value.SecretString);
}

function works(lab: Lab, accessKeyId: string | undefined): boolean {
  return accessKeyId !== undefined && lab.world.iam.findAccessKey(accessKeyId)?.status === 'Active';
}

function previous(lab: Lab): SecretVersion | undefined {
  return holderOf(lab.secret, PREVIOUS);
}

function deleteKey(lab: Lab, accessKeyId: string | undefined): void {
  if (accessKeyId === undefined || !lab.world.iam.findAccessKey(accessKeyId)) return;
  lab.promises.excused.add(accessKeyId);
  lab.world.iam.deleteAccessKey(lab.config.user.name, accessKeyId);
}

function deactivateKey(lab: Lab, accessKeyId: string | undefined): void {
  if (accessKeyId === undefined || !lab.world.iam.findAccessKey(accessKeyId)) return;
  lab.promises.excused.add(accessKeyId);
  lab.world.iam.updateAccessKey(lab.config.user.name, accessKeyId, 'Inactive');
}

/** Returns the value that the secret would have with the new key; undefined if the user has two keys already. */
function addKey(lab: Lab): string | undefined {
  const { config: { user, endpoint }, world } = lab;
  if (world.iam.keysOf(user.name).length >= 2) return undefined;
  const { accessKeyId, secretAccessKey } = world.iam.createAccessKey(user.name);
  const password = expectedPassword(secretAccessKey, endpoint.region);
  return JSON.stringify({ username: accessKeyId, password, host: endpoint.host, port: endpoint.port, region: endpoint.region });
}

/** What stands in the secret belongs to it, whoever made the key. */
function edit(lab: Lab, value: string): void {
  lab.world.secretsManager.putByHand(lab.secret.arn, value);
  const key = keyIn(lab.current);
  // Whoever puts a dead credential back, such as the previous one after its grace, cannot expect it to work.
  if (key && !works(lab, key)) lab.promises.excused.add(key);
  lab.promises.noteEdit();
}

function addServer(lab: Lab): void {
  const like = replaceable(lab);
  if (!like) return;
  const { tags, resourceGroups } = like;
  lab.addServer({ instanceId: unusedInstanceId(lab), tags, resourceGroups });
}

/** By the version that a document chooses which is given none. */
function runAssociation(lab: Lab, server: SimulatedNode): void {
  const version = lab.pending && isDelivered(lab.pending) ? lab.pending : lab.current;
  if (!keyIn(version) || !server.online) return;
  server.heldCredential = parseCredential(version!.value!.SecretString!);
  lab.promises.noteServer(server);
}

/** A server of a fleet that is not known by its members' ids: another one can take its place. */
function replaceable({ servers }: Lab): SimulatedNode | undefined {
  return servers.find(({ instanceId }) => instanceId.startsWith('i-'));
}

function unusedInstanceId({ servers }: Lab): string {
  const numbers = servers.map(({ instanceId }) => Number(instanceId.replace(/^\D+/, '')));
  return `i-${String(Math.max(...numbers) + 1).padStart(8, '0')}`;
}
