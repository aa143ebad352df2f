import { parseCredential } from './credential';
import { deliver } from './delivery';
import { RotationError } from './errors';
import { LoginRefusedError } from './login-proof';
import { abandonVersion, isHopeless } from './pending-version';
import { findVersion, Rotation } from './rotation';
import { CURRENT } from './secret-versions';

/** Proves the new credential, then hands it to every mail server and waits until all of them confirm. */
export async function setSecret(rotation: Rotation): Promise<void> {
  const version = await findVersion(rotation);
  const credential = version && parseCredential(version.value, rotation.config.format);
  if (!version || !credential) throw new RotationError(`version ${rotation.token} holds no credential; the next attempt makes one`);
  try {
    await deliver(rotation, version, credential);
  } catch (error) {
    const givenUp = error instanceof LoginRefusedError && !version.stages.includes(CURRENT)
      && await isHopeless(rotation, credential.username);
    if (givenUp) await abandonVersion(rotation, version, error.message);
    throw error;
  }
}
