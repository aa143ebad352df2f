import { Place } from './place';
import { REVOKE_EVENT } from '../../../src/private/rotation-contract';
import { CURRENT, holderOf, PENDING, Secret } from '../../world';
import { expectedPassword } from '../../world/services/ses-smtp';
import { keyIn } from '../promises';

/** A secret can have 20 staging labels. */
const MORE_THAN_LABELS = 22;

/** In the console: it can still be restored. */
export function deleteSecret(place: Place): void {
  place.world.secretsManager.deleteSecret(secretOf(place).arn);
}

/** The value has one comma too many. */
export function loseValue(place: Place): void {
  const secret = secretOf(place);
  place.world.secretsManager.putByHand(secret.arn, holderOf(secret, CURRENT)!.value!.SecretString!.replace(/}$/, ',}'));
}

export function loseKey(place: Place): void {
  deleteKey(place, keyIn(holderOf(secretOf(place), CURRENT))!);
}

/** Servers still hold the key of before. */
export function replaceByHand(place: Place): void {
  const { iam, region, secretsManager } = place.world;
  const before = keyIn(holderOf(secretOf(place), CURRENT))!;
  const { accessKeyId, secretAccessKey } = iam.createAccessKey(iam.findAccessKey(before)!.userName);
  const password = expectedPassword(secretAccessKey, region);
  secretsManager.putByHand(secretOf(place).arn, JSON.stringify({ username: accessKeyId, password, host: `email-smtp.${region}.amazonaws.com`, port: 587, region }));
  deleteKey(place, before);
}

export function giveToOtherFunction(place: Place): void {
  const secret = secretOf(place);
  secret.rotation = { ...secret.rotation!, lambdaArn: `${secret.rotation!.lambdaArn}-of-somebody` };
}

/** As the runbook says for a key that has leaked. The person calls again, as if the first answer had been lost. */
export async function revokeTwice(place: Place): Promise<void> {
  const [{ fn }] = place.functions;
  const accessKeyId = keyIn(holderOf(secretOf(place), CURRENT))!;
  place.excused.add(accessKeyId);
  for (let call = 1; call <= 2; call++) {
    await place.world.functionInvoker!(fn, { ...REVOKE_EVENT, accessKeyId });
    await place.world.rotation.idle();
  }
}

/** A server is away. After each rotation that fails, the person deletes the pending key and takes AWSPENDING away. */
export async function cleanUpFailures(place: Place): Promise<void> {
  const { servers: [server], world } = place;
  const secret = secretOf(place);
  server.online = false;
  for (let rotation = 1; rotation <= MORE_THAN_LABELS; rotation++) {
    await world.rotation.rotate(secret.arn);
    const pending = holderOf(secret, PENDING);
    if (!pending) continue;
    deleteKey(place, keyIn(pending)!);
    world.secretsManager.moveLabel(secret, PENDING, { from: pending.id });
  }
  server.online = true;
}

function deleteKey({ excused, world: { iam } }: Place, accessKeyId: string): void {
  excused.add(accessKeyId);
  iam.deleteAccessKey(iam.findAccessKey(accessKeyId)!.userName, accessKeyId);
}

function secretOf({ functions: [{ config }], world: { secretsManager } }: Place): Secret {
  return secretsManager.secret(config.secretArn);
}
