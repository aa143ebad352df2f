import { CURRENT, holderOf, Secret } from '../../world';
import { expectedPassword } from '../../world/services/ses-smtp';
import { keyIn } from '../promises';
import type { Site } from './site';

/** In the console: it can still be restored. */
export function deleteSecret(site: Site): void {
  site.world.secretsManager.deleteSecret(secretOf(site).arn);
}

/** The value has one comma too many. */
export function loseValue(site: Site): void {
  const secret = secretOf(site);
  site.world.secretsManager.putByHand(secret.arn, holderOf(secret, CURRENT)!.value!.SecretString!.replace(/}$/, ',}'));
}

export function loseKey(site: Site): void {
  deleteKey(site, keyIn(holderOf(secretOf(site), CURRENT))!);
}

/** Servers still hold the key of before. */
export function replaceByHand(site: Site): void {
  const { iam, region, secretsManager } = site.world;
  const before = keyIn(holderOf(secretOf(site), CURRENT))!;
  const { accessKeyId, secretAccessKey } = iam.createAccessKey(iam.findAccessKey(before)!.userName);
  const password = expectedPassword(secretAccessKey, region);
  secretsManager.putByHand(secretOf(site).arn, JSON.stringify({ username: accessKeyId, password, host: `email-smtp.${region}.amazonaws.com`, port: 587, region }));
  deleteKey(site, before);
}

export function giveToOtherFunction(site: Site): void {
  const secret = secretOf(site);
  secret.rotation = { ...secret.rotation!, lambdaArn: `${secret.rotation!.lambdaArn}-of-somebody` };
}

function deleteKey({ promises, world: { iam } }: Site, accessKeyId: string): void {
  promises.excused.add(accessKeyId);
  iam.deleteAccessKey(iam.findAccessKey(accessKeyId)!.userName, accessKeyId);
}

function secretOf({ functions: [{ config }], world: { secretsManager } }: Site): Secret {
  return secretsManager.secret(config.secretArn);
}
