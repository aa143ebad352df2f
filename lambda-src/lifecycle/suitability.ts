import { SecretVersion } from '../aws/secret-versions';
import { Context } from '../context';
import { Inventory } from '../keys/inventory';
import { missingRegions } from '../proof/endpoints';
import { parseCredential } from '../secret/credential';

/** Whether a version holds an active key of the configured user, in the configured format, with a password for every configured region. */
export function isAsConfigured({ config }: Context, { keys }: Pick<Inventory, 'keys'>, { value }: SecretVersion): boolean {
  const credential = parseCredential(value, config.format);
  const hasKey = keys.some(({ active, id }) => active && id === credential?.username);
  return hasKey && missingRegions(value, config).length === 0;
}
