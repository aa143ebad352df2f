import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { deploymentLabel, holderOf, isCurrent, isDeploymentLabel } from '../secret/labels';

/**
 * A request of CloudFormation, recorded by a label on the secret. CloudFormation does not notify the function when it cancels a request. It
 * restores the function's configuration and sends the next request, while the first invocation keeps running with its old configuration.
 */
export interface Deployment {
  readonly label: string;
  readonly versionId: string;
}

/** CloudFormation now waits for a later request, and another configuration is in force. */
export class SupersededError extends RotationError {}

/** Stops the invocations for earlier requests, and labels the secret for this one. Returns undefined if it cannot be labeled: then nothing can stop this one. */
export async function beginDeployment(context: Context, requestId: string): Promise<Deployment | undefined> {
  const { log, versions } = context;
  await endDeployments(context);
  try {
    const versionId = holderOf(await versions.stages(), isCurrent);
    if (versionId === undefined) return undefined;
    const label = deploymentLabel(requestId);
    await versions.attach(label, versionId);
    return { label, versionId };
  } catch {
    // The function's policy may not be in force yet, or the secret may already have as many labels as it can.
    log.info('the secret could not be labeled with the request of CloudFormation');
    return undefined;
  }
}

/** Stops the invocations for all requests so far, if the secret still exists and the function may label it. */
export async function endDeployments(context: Context): Promise<void> {
  await detachLabels(context).catch(() => undefined);
}

async function detachLabels({ versions }: Context): Promise<void> {
  for (const [id, stages] of await versions.stages()) await versions.detachAll(stages.filter(isDeploymentLabel), id);
}

/** Removes the label, unless a later request has already done so. */
export async function endDeployment({ versions }: Context, { label, versionId }: Deployment): Promise<void> {
  await versions.detach(label, versionId).catch(() => undefined);
}

/** Fails if a later request has removed the label. */
export function checkNotSuperseded(stages: ReadonlyMap<string, readonly string[]>, deployment: Deployment | undefined): void {
  if (!deployment || holderOf(stages, version => version.stages.includes(deployment.label)) !== undefined) return;
  throw new SupersededError('CloudFormation has canceled this request and sent another one: nothing more was changed', 'rotations-that-met');
}
