import { Credential, mentionsAccessKey, parseCredential } from './credential';
import { RotationError } from './errors';
import { awaitPush, describeFailure, FleetVerdict, Push, startPush } from './fleet-push';
import { LoginRefusedError, proveLogin } from './login-proof';
import { abandonVersion, isHopeless } from './pending-version';
import { findVersion, Rotation } from './rotation';
import { CURRENT, SecretVersion } from './secret-versions';
import { FleetConfig } from '../src/rotation-contract';

/** How often in a row SES must accept a new key before a mail server is told of it. */
const PROOF = 3;

/** Proves the new credential, then hands it to every mail server and waits until all of them confirm. */
export async function setSecret(rotation: Rotation): Promise<void> {
  const version = await findVersion(rotation);
  const credential = version && parseCredential(version.value, rotation.config.format);
  if (!version || !credential) throw new RotationError(`version ${rotation.token} holds no credential; the next attempt makes one`);
  await proveNewCredential(rotation, version, credential);
  const push = { ...rotation, credential, secretArn: version.secretArn, versionId: version.id, region: version.secretArn.split(':')[3] };
  const verdicts = await pushToAll(push, rotation.config.fleets);
  throwIfAnyFailed(verdicts);
  await checkMinimumTargets(rotation, verdicts);
}

async function proveNewCredential(rotation: Rotation, version: SecretVersion, credential: Credential): Promise<void> {
  try {
    await proveLogin({ ...rotation, endpoint: rotation.config.endpoint }, credential, PROOF);
  } catch (error) {
    const givenUp = error instanceof LoginRefusedError && !version.stages.includes(CURRENT)
      && await isHopeless(rotation, credential.username);
    if (givenUp) await abandonVersion(rotation, version, error.message);
    throw error;
  }
}

/** Every fleet is sent its command before the first one is waited for. */
async function pushToAll(push: Push, fleets: FleetConfig[]): Promise<FleetVerdict[]> {
  const sent: [FleetConfig, string][] = [];
  for (const fleet of fleets) sent.push([fleet, await startPush(push, fleet)]);
  const verdicts: FleetVerdict[] = [];
  for (const [fleet, commandId] of sent) {
    const verdict = await awaitPush(push, fleet, commandId);
    const { confirmed, failed } = verdict;
    push.log.info('mail servers answered', { commandId, confirmed, targets: confirmed + failed, document: fleet.document.name });
    verdicts.push(verdict);
  }
  return verdicts;
}

function throwIfAnyFailed(verdicts: FleetVerdict[]): void {
  const problems = verdicts.map(describeFailure).filter(problem => problem !== undefined);
  if (problems.length > 0) throw new RotationError(problems.join('; '));
}

/** Too few servers: harmless while no server can have a credential yet, and a mistake ever after. */
async function checkMinimumTargets(rotation: Rotation, verdicts: FleetVerdict[]): Promise<void> {
  const short = verdicts.filter(({ confirmed, fleet }) => confirmed < fleet.minimumTargets);
  if (short.length === 0) return;
  const problem = short.map(({ commandId, confirmed, fleet }) => `command ${commandId} (document ${fleet.document.name}) `
    + `reached ${confirmed} mail servers, at least ${fleet.minimumTargets} must confirm`).join('; ');
  if (!await isFirstRotation(rotation)) {
    throw new RotationError(`${problem}; check that the servers run, are registered in Systems Manager and match the targets`);
  }
  rotation.log.warn(`${problem}; accepted because this is the first credential`);
}

async function isFirstRotation({ token, versions }: Rotation): Promise<boolean> {
  const others = [...(await versions.stages()).keys()].filter(id => id !== token);
  const values = await Promise.all(others.map(async id => versions.get(id)));
  return !values.some(version => version && mentionsAccessKey(version.value));
}
