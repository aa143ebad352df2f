import { deliver } from './delivery';
import { abandonVersion, isHopeless } from './pending-version';
import { findVersion, Rotation } from './rotation';
import { CURRENT, PENDING, SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { LoginRefusedError } from '../proof/endpoint-proof';
import { parseCredential } from '../secret/credential';

/** Proves the new credential, then hands it to every mail server and waits until all of them confirm. */
export async function setSecret(rotation: Rotation): Promise<void> {
  const version = await findVersion(rotation);
  const credential = version && parseCredential(version.value, rotation.config.format);
  if (!version || !credential) throw new RotationError(`version ${rotation.token} holds no credential; the next attempt makes one`, 'stuck-rotation');
  await checkNotOvertaken(rotation, version);
  try {
    await deliver(rotation, version, credential);
  } catch (error) {
    const givenUp = error instanceof LoginRefusedError && !version.stages.includes(CURRENT)
      && await isHopeless(rotation, credential.username);
    if (givenUp) await abandonVersion(rotation, version, error.message);
    throw error;
  }
}

/** A step that comes late must not give servers the credential before the one that the next rotation is giving them. */
async function checkNotOvertaken({ versions }: Rotation, { id, stages }: SecretVersion): Promise<void> {
  if (stages.includes(PENDING)) return;
  const next = [...await versions.stages()].find(([, labels]) => labels.includes(PENDING))?.[0];
  if (next === undefined || next === id) return;
  throw new RotationError(`version ${id} is ${CURRENT} and version ${next} is ${PENDING}: this rotation has ended, and another one is under way; nothing was changed`,
    'rotations-that-met');
}
