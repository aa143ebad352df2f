import type { Lab } from './lab';

/**
 * The state that decides how a run goes on, with the names of keys and versions replaced by the order in which
 * they appear: two runs with the same fingerprint have the same future. The time is left out; what depends on it
 * (a key's age, a command's) has tests of its own.
 */
export function fingerprint(lab: Lab): string {
  const { secret, world, servers, ses, config } = lab;
  const state = {
    promises: lab.promises.memory(),
    versions: [...secret.versions.values()].map(({ id, labels, value }) => [id, [...labels].sort(), value?.SecretString]),
    inFlight: secret.rotationInFlight,
    keys: world.iam.keysOf(config.user.name).map(({ accessKeyId, status }) => [accessKeyId, status]),
    logins: [...new Set(ses.logins.filter(({ code }) => code === 235).map(({ username }) => username))],
    servers: servers.map(({ instanceId, online, heldCredential }) => [instanceId, online, heldCredential?.username]),
    commands: world.ssm.commands.map(({ request, status, invocations }) => [
      request.execution.documentName,
      request.comment,
      status,
      invocations.map(({ node, statusDetails, steps }) => [node.instanceId, statusDetails, steps]),
    ]),
    hidden: [lab.staleKeyLists > 0, lab.hiddenPendingValues > 0],
  };
  return anonymous(JSON.stringify(state));
}

const KEY_OR_VERSION = /AKIA[A-Z0-9]{16}|[0-9a-f]{8}-[0-9a-f-]{27}/g;
/** A password or a command's mark: it follows from the key and the version that stand beside it. */
const DERIVED = /\\"password\\":\\"[^"\\]*|[0-9a-f]{12}(?=")/g;

/** With names in the order in which they appear. */
export function anonymous(text: string): string {
  const names = new Map<string, string>();
  return text.replace(DERIVED, '').replace(KEY_OR_VERSION, name => {
    const known = names.get(name) ?? `#${names.size}`;
    names.set(name, known);
    return known;
  });
}
