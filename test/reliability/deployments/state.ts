import { anonymous } from '../fingerprint';
import { Site } from './site';

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z|(?<=SES_SMTP_(UNUSED|INACTIVE)_)\d+/g;

/** What decides how things go on after a deployment, without times, and with names in the order in which they appear. */
export function stateOf(site: Site): string {
  const { world: { iam, secretsManager }, servers, functions, status, promises, stack } = site;
  const secrets = secretsManager.allSecrets();
  const users = [...new Set(iam.issuedKeys.map(({ userName }) => userName))];
  const state = {
    status,
    promises: promises.memory(),
    resources: Object.keys(stack.deployment.resources),
    orphans: stack.orphans.map(({ id }) => id),
    functions: functions.map(({ config: { endpoint, format, secretArn, user } }) =>
      [secrets.findIndex(({ arn }) => arn.startsWith(secretArn)), users.indexOf(user.name), endpoint, format]),
    secrets: secrets.map(({ versions, rotation, rotationInFlight, deletedDate }) => [
      [...versions.values()].map(({ id, labels, value }) => [id, [...labels].sort(), value?.SecretString]),
      [rotation?.enabled, rotation?.rules, rotationInFlight, deletedDate !== undefined],
    ]),
    keys: iam.issuedKeys.map(({ accessKeyId, userName }) => [accessKeyId, users.indexOf(userName), iam.findAccessKey(accessKeyId)?.status]),
    servers: servers.map(({ heldCredential }) => heldCredential?.username),
  };
  return anonymous(JSON.stringify(state).replace(TIME, ''));
}
