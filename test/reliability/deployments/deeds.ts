import { Place } from './place';
import { CURRENT, holderOf, Secret } from '../../world';
import { expectedPassword } from '../../world/services/ses-smtp';
import { keyIn } from '../promises';

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

function deleteKey({ excused, world: { iam } }: Place, accessKeyId: string): void {
  excused.add(accessKeyId);
  iam.deleteAccessKey(iam.findAccessKey(accessKeyId)!.userName, accessKeyId);
}

function secretOf({ functions: [{ config }], world: { secretsManager } }: Place): Secret {
  return secretsManager.secret(config.secretArn);
}
