import { isAwsError } from '../basics/errors';
import { Context } from '../context';
import { rotationInFlight } from '../keys/inventory';

/** If a rotation is unfinished, Secrets Manager refuses to start another one, and retries the unfinished one. */
export async function startRotation({ log, versions }: Context): Promise<void> {
  try {
    await versions.startRotation();
  } catch (error) {
    if (!isAwsError(error, 'InvalidRequest') || !rotationInFlight(await versions.describe())) throw error;
  }
  log.info('rotation started');
}
