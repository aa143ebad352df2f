import { REVOKE_EVENT } from '../../src/private/rotation-contract';
import { runStep } from '../basics/step';
import { Context, inStep } from '../context';
import { isInCurrent } from '../keys/deletion';
import { Inventory, takeInventory } from '../keys/inventory';
import { isReferenced } from '../keys/key-use';
import { startRotation } from '../rotation/start-rotation';
import { CURRENT, PENDING, PREVIOUS } from '../secret/labels';

/** The event that a person sends. */
export interface RevokeEvent {
  readonly action: string;
  /** The key that has leaked, if the person names it. */
  readonly accessKeyId?: unknown;
}

/** A refusal is an answer, because an error would set off the alarm. */
export type Revocation = Revoked | Refusal;

interface Revoked {
  /** The access key that is now inactive. */
  readonly revoked: string;
}

interface Refusal {
  readonly refused: string;
  readonly todo: string;
}

/** Deactivates a leaked access key. If it is the current one, starts a rotation, until whose end SES accepts no mail. Does not wait for the rotation. */
export async function revoke(call: Context, { accessKeyId }: RevokeEvent): Promise<Revocation> {
  const context = inStep(call, 'revoke');
  return runStep('revoke', context.log, 'the key may be inactive already; invoke the function again', async () => revokeKey(context, accessKeyId));
}

async function revokeKey(context: Context, accessKeyId: unknown): Promise<Revocation> {
  const { keys, log } = context;
  const inventory = await takeInventory(context);
  const key = keysIn(inventory).find(({ id }) => id === accessKeyId);
  if (!key) return { refused: whyRefused(accessKeyId), todo: whatToDo(context, inventory) };
  await keys.deactivate(key.id);
  log.warn('access key deactivated', { accessKeyId: key.id });
  // Checked after the deactivation, because its version may have been promoted in the meantime.
  if (await isInCurrent(context, key)) await startRotation(context);
  return { revoked: key.id };
}

function keysIn({ keys, versions }: Inventory): Inventory['keys'] {
  return keys.filter(key => isReferenced(key, versions));
}

/** Quotes the value only if it can be nothing but a key id. A person may have entered a secret by mistake. */
function whyRefused(accessKeyId: unknown): string {
  if (accessKeyId === undefined) return 'no access key is named';
  const name = typeof accessKeyId === 'string' && /^AKIA[A-Z0-9]{12,}$/.test(accessKeyId) ? `access key ${accessKeyId}` : 'the value of accessKeyId';
  return `${name} is no key of this secret`;
}

function whatToDo({ config, keys: { userName } }: Context, inventory: Inventory): string {
  const present = keysIn(inventory).map(({ active, id }) => `${id} (${[...rolesOf(id, inventory), active ? 'active' : 'inactive'].join(', ')})`);
  if (present.length === 0) {
    return `the secret holds no access key of user "${userName}"; to make a credential: aws secretsmanager rotate-secret --secret-id ${config.secretArn}`;
  }
  return `invoke the function with ${JSON.stringify(REVOKE_EVENT)} and the key that has leaked; the keys of this secret are ${present.join(' and ')}; `
    + `for another key of the user: aws iam update-access-key --user-name ${userName} --access-key-id … --status Inactive`;
}

function rolesOf(id: string, { versions }: Inventory): string[] {
  return [CURRENT, PENDING, PREVIOUS].filter(label => versions.some(version => version.stages.includes(label) && isReferenced({ id }, [version])));
}
