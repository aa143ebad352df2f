import { CloudFormationEvent, ResourceProperties } from './cloudformation-event';
import { beginDeployment, Deployment, endDeployment, endDeployments } from './deployment';
import { ensureCredential } from './ensure-credential';
import { isSameResource, newPhysicalId, ownKeysSince } from './physical-id';
import { endRotation, recall } from './recall';
import { prepareOtherSecret, prepareOtherUser } from './replacement';
import { tearDown } from './teardown';
import { runStep } from '../basics/step';
import { beforeLateKeys, Context, forCredential, inStep } from '../context';

/** In characters of up to three bytes. CloudFormation accepts responses of up to 4,096 bytes. */
const REASON_LENGTH = 1000;

/**
 * The credential as a resource of the stack. It is created when it works and the mail servers have it, and deleted when its
 * keys are. Another user or secret makes it another resource: CloudFormation deletes the former one at the end of the update.
 */
export async function manageCredential(event: CloudFormationEvent, context: Context): Promise<void> {
  const { LogicalResourceId, RequestId, RequestType, ResponseURL, StackId } = event;
  const deployment = RequestType === 'Delete' ? undefined : await beginDeployment(context, RequestId);
  const outcome = await handleRequest(event, context, deployment);
  await context.respond(ResponseURL, JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId }));
  if (deployment) await endDeployment(context, deployment);
}

async function handleRequest(event: CloudFormationEvent, context: Context, deployment?: Deployment) {
  const keepsId = event.RequestType === 'Delete' || isSameResource(event);
  const PhysicalResourceId = keepsId ? event.PhysicalResourceId : await newPhysicalId(context, event);
  try {
    if (event.RequestType === 'Delete') await deleteCredential(event, context, event.ResourceProperties);
    else await createOrUpdate(event, context, deployment);
    return { Status: 'SUCCESS', PhysicalResourceId };
  } catch (error) {
    if (deployment && event.RequestType === 'Update') await endRotation(inStep(context, 'waitForRotation'), deployment).catch(() => undefined);
    // After a failed update, CloudFormation returns to the former resource.
    return { Status: 'FAILED', Reason: (error as Error).message.slice(0, REASON_LENGTH), PhysicalResourceId: event.PhysicalResourceId ?? PhysicalResourceId };
  }
}

/** A new user or secret always waits for its credential, because the former keys are deleted next. */
async function createOrUpdate(event: CloudFormationEvent, context: Context, deployment?: Deployment): Promise<void> {
  const { OldResourceProperties: before, RequestId, RequestType, ResourceProperties: now } = event;
  const isNew = !isSameResource(event);
  if (before && before.SecretArn !== now.SecretArn) await endDeployments(forProperties(context, before));
  if (before && isNew) await prepareReplacement(context, before);
  if (before && !isNew) await goBack(context, RequestId);
  if (now.WaitForFirstRotation === 'true' || (RequestType === 'Update' && isNew)) {
    await ensureCredential(context, { settled: isNew, deployment });
  }
  if (before && !isNew && (before.SecretArn !== now.SecretArn || before.UserName !== now.UserName)) await deleteFailed(event, context, before);
}

async function goBack(call: Context, requestId: string): Promise<void> {
  const context = inStep(beforeLateKeys(call), 'waitForRotation');
  await runStep('waitForRotation', context.log, 'fix that, and deploy again', async () => recall(context, requestId));
}

/** The permissions on the former user may already be gone. */
async function prepareReplacement(context: Context, before: ResourceProperties): Promise<void> {
  const former = inStep(forProperties(context, before), 'waitForRotation');
  const hasOtherSecret = before.SecretArn !== context.config.secretArn;
  await runStep('waitForRotation', former.log, 'fix that, and deploy again',
    async () => hasOtherSecret ? prepareOtherSecret(former) : prepareOtherUser(former));
}

/** An update to another user or secret failed, and is rolled back. What it left behind must not block the rollback. */
async function deleteFailed(event: CloudFormationEvent, context: Context, failed: ResourceProperties): Promise<void> {
  await deleteCredential(event, context, failed, true).catch(() => undefined);
}

/** Deletes the keys of a user and a secret. Either of them, or both, may still be in use today. */
async function deleteCredential(event: CloudFormationEvent, context: Context, gone: ResourceProperties, hasFailed = false): Promise<void> {
  const today = inStep(beforeLateKeys(context), 'deleteKeys');
  const former = forProperties(today, gone);
  await endDeployments(former);
  const isSecretOfToday = gone.SecretArn === context.config.secretArn;
  const isUserOfToday = gone.UserName === context.config.user.name;
  await runStep('deleteKeys', former.log, 'fix that, and delete the stack again', async () => tearDown(former, {
    functionArn: gone.ServiceToken,
    since: ownKeysSince(event, gone),
    secretStays: isSecretOfToday && !isUserOfToday,
    userStays: isUserOfToday && !isSecretOfToday,
    today: isSecretOfToday ? undefined : today,
    hasFailed,
    requestId: event.RequestId,
  }));
}

/** The same call, for the user and the secret that the properties name. */
function forProperties(context: Context, { SecretArn, UserName, UserOwned }: ResourceProperties): Context {
  return forCredential(context, { secretArn: SecretArn, user: { name: UserName, owned: UserOwned === 'true' } });
}
