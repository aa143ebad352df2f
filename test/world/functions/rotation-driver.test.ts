import {
  CancelRotateSecretCommand, DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient, UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { FunctionPermission, PolicyStatement, RotationEvent, Secret, VirtualClock, World } from '../index';

let world: World;
let secret: Secret;
let events: RotationEvent[];
/** Thrown by the step of this name, as often as the number says. */
let failures: Partial<Record<string, number>>;

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  secret = world.setupSecret({ name: 'smtp', value: 'one' });
  events = [];
  failures = {};
  addFunction({ sourceArn: secret.arn, sourceAccount: world.account });
  world.functionInvoker = async (_fn, event) => rotateStep(event as RotationEvent);
});

function addFunction(permission: Partial<FunctionPermission>): void {
  const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:rotation';
  world.functions.add({
    arn,
    name: 'rotation',
    environment: {},
    timeoutSeconds: 900,
    roleArn: '',
    handler: 'index.handler',
    codeDirectory: '',
    permissions: [{ action: 'lambda:InvokeFunction', principal: 'secretsmanager.amazonaws.com', ...permission }],
  });
  world.secretsManager.setRotation('smtp', { lambdaArn: arn });
}

function rotateStep(event: RotationEvent): void {
  events.push(event);
  const left = failures[event.Step] ?? 0;
  failures[event.Step] = left - 1;
  if (left > 0) throw new Error(`${event.Step} failed`);
  const current = Object.entries(world.secretsManager.labelsOf('smtp')).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
  if (event.Step === 'createSecret') world.secretsManager.putValue(secret, event.ClientRequestToken, { SecretString: 'two' }, ['AWSPENDING']);
  if (event.Step === 'finishSecret') world.secretsManager.moveLabel(secret, 'AWSCURRENT', { to: event.ClientRequestToken, from: current });
}

const steps = () => events.map(event => event.Step);
const tokens = () => [...new Set(events.map(event => event.ClientRequestToken))];
const client = () => new SecretsManagerClient({ ...world.clientConfig(), maxAttempts: 1 });

it('calls the four steps in order with one token, and takes AWSPENDING off afterwards', async () => {
  const { succeeded, token } = await world.rotation.rotate('smtp');
  expect(succeeded).toBe(true);
  expect(steps()).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
  expect(tokens()).toEqual([token]);
  expect(world.secretsManager.valueOf('smtp')).toBe('two');
  expect(world.secretsManager.labelsOf('smtp')[token]).toEqual(['AWSCURRENT']);
});

it('stops at the step that fails, and leaves AWSPENDING', async () => {
  failures = { setSecret: 1 };
  const { succeeded, token, attempts } = await world.rotation.rotate('smtp');
  expect(succeeded).toBe(false);
  expect(attempts).toEqual([[{ step: 'createSecret' }, { step: 'setSecret', error: new Error('setSecret failed') }]]);
  expect(world.secretsManager.labelsOf('smtp')[token]).toEqual(['AWSPENDING']);
});

it('retries from the first step with the same token', async () => {
  failures = { testSecret: 1 };
  const before = world.clock.now();
  const { succeeded } = await world.rotation.rotate('smtp', { maxAttempts: 5, retryDelay: 90_000 });
  expect(succeeded).toBe(true);
  expect(steps()).toHaveLength(3 + 4);
  expect(tokens()).toHaveLength(1);
  expect(world.clock.now() - before).toBe(90_000);
});

it('takes up the unfinished rotation when it is asked for a new one', async () => {
  failures = { setSecret: 1 };
  const { token } = await world.rotation.rotate('smtp');
  expect(await world.rotation.rotate('smtp', { token: 'c'.repeat(32) })).toMatchObject({ succeeded: true, token });
});

it('fails when finishSecret does not move AWSCURRENT', async () => {
  world.functionInvoker = async (_fn, event) => (event as RotationEvent).Step === 'finishSecret' ? undefined : rotateStep(event as RotationEvent);
  expect((await world.rotation.rotate('smtp')).succeeded).toBe(false);
});

it('only tests when it shall not rotate immediately, and removes the pending version', async () => {
  const labels = world.secretsManager.labelsOf('smtp');
  expect((await world.rotation.rotate('smtp', { immediately: false })).succeeded).toBe(true);
  expect(steps()).toEqual(['testSecret']);
  expect(world.secretsManager.labelsOf('smtp')).toEqual(labels);
});

it('is abandoned when somebody puts another value meanwhile', async () => {
  world.functionInvoker = async (_fn, event) => {
    rotateStep(event as RotationEvent);
    if ((event as RotationEvent).Step === 'setSecret') world.secretsManager.putByHand('smtp', 'by hand');
  };
  const outcome = await world.rotation.rotate('smtp', { maxAttempts: 3 });
  expect(outcome).toMatchObject({ succeeded: false, abandoned: true });
  expect(world.secretsManager.labelsOf('smtp')[outcome.token]).toBeUndefined();
  expect(world.secretsManager.valueOf('smtp')).toBe('by hand');
});

it.each([
  ['another secret', { sourceArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf' }],
  ['another account', { sourceAccount: '999999999999' }],
  ['another service', { principal: 'events.amazonaws.com' }],
])('does not call a function that permits only %s', async (_name, permission) => {
  addFunction(permission);
  await expect(world.rotation.rotate('smtp')).rejects.toMatchObject({ code: 'AccessDeniedException' });
  expect(events).toEqual([]);
});

it('accepts a permission for a pattern of secrets', async () => {
  addFunction({ sourceArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:smtp-??????' });
  expect((await world.rotation.rotate('smtp')).succeeded).toBe(true);
});

it('rotates in the background when RotateSecret is called', async () => {
  const { VersionId } = await client().send(new RotateSecretCommand({ SecretId: 'smtp' }));
  await world.rotation.idle();
  expect(world.rotation.outcomes).toMatchObject([{ succeeded: true, token: VersionId }]);
});

it('tells the caller of RotateSecret that an earlier rotation is taken up', async () => {
  failures = { setSecret: 1 };
  await world.rotation.rotate('smtp');
  await expect(client().send(new RotateSecretCommand({ SecretId: 'smtp' }))).rejects.toMatchObject({ name: 'InvalidRequestException' });
  await world.rotation.idle();
  expect(world.rotation.outcomes.at(-1)?.succeeded).toBe(true);
});

it('stops when the rotation is cancelled, and names the version to clean up', async () => {
  let cleanUp: string | undefined;
  world.functionInvoker = async (_fn, event) => {
    rotateStep(event as RotationEvent);
    cleanUp = (await client().send(new CancelRotateSecretCommand({ SecretId: 'smtp' }))).VersionId;
  };
  const outcome = await world.rotation.rotate('smtp');
  expect(outcome).toMatchObject({ succeeded: false, abandoned: true, token: cleanUp });
  expect(steps()).toEqual(['createSecret']);
});

describe('RotateSecret by a role', () => {
  const ROTATE = { Effect: 'Allow', Action: 'secretsmanager:RotateSecret', Resource: '*' } as const;
  const INVOKE = { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:rotation' } as const;

  async function rotateAs(statements: PolicyStatement[]) {
    const role = world.iam.createRole({ name: 'deployer' });
    role.inlinePolicies.set('Rotate', { Statement: statements });
    const outcome = new SecretsManagerClient({ ...world.clientConfig(role.arn), maxAttempts: 1 }).send(new RotateSecretCommand({ SecretId: 'smtp' }));
    return outcome.finally(() => world.rotation.idle());
  }

  it('needs the right to rotate the secret and the one to invoke its function', async () => {
    expect((await rotateAs([ROTATE, INVOKE])).VersionId).toBe(world.rotation.outcomes[0].token);
  });

  it.each([
    ['invoke the function', 'lambda:InvokeFunction', ROTATE],
    ['rotate the secret', 'secretsmanager:RotateSecret', INVOKE],
  ])('is refused without the right to %s', async (_name, action, statement) => {
    await expect(rotateAs([statement])).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining(`perform: ${action} `) });
    expect(events).toEqual([]);
  });
});

describe('after a rotation has been cancelled', () => {
  async function cancel() {
    failures = { setSecret: 1 };
    await world.rotation.rotate('smtp');
    return client().send(new CancelRotateSecretCommand({ SecretId: 'smtp' }));
  }

  it('the secret keeps its function, its rules and AWSPENDING', async () => {
    world.secretsManager.setRotation('smtp', { lambdaArn: world.secretsManager.secret('smtp').rotation!.lambdaArn, rules: { AutomaticallyAfterDays: 30 } });
    const { VersionId = '' } = await cancel();
    const description = await client().send(new DescribeSecretCommand({ SecretId: 'smtp' }));
    expect(description).toMatchObject({
      RotationEnabled: false,
      RotationLambdaARN: 'arn:aws:lambda:eu-west-1:111122223333:function:rotation',
      RotationRules: { AutomaticallyAfterDays: 30 },
      VersionIdsToStages: { [VersionId]: ['AWSPENDING'] },
    });
    expect(description.NextRotationDate).toBeUndefined();
  });

  it('RotateSecret needs nothing but the secret, tells of the unfinished rotation and takes it up', async () => {
    const { VersionId } = await cancel();
    await expect(client().send(new RotateSecretCommand({ SecretId: 'smtp' }))).rejects.toMatchObject({
      name: 'InvalidRequestException', message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    await world.rotation.idle();
    expect(world.rotation.outcomes.at(-1)).toMatchObject({ succeeded: true, token: VersionId });
    expect((await client().send(new DescribeSecretCommand({ SecretId: 'smtp' }))).RotationEnabled).toBe(true);
  });

  it('RotateSecret starts a new rotation when AWSPENDING has been taken off', async () => {
    const { VersionId } = await cancel();
    await client().send(new UpdateSecretVersionStageCommand({ SecretId: 'smtp', VersionStage: 'AWSPENDING', RemoveFromVersionId: VersionId }));
    const rotated = await client().send(new RotateSecretCommand({ SecretId: 'smtp' }));
    await world.rotation.idle();
    expect(rotated.VersionId).not.toBe(VersionId);
    expect(world.rotation.outcomes.at(-1)).toMatchObject({ succeeded: true, token: rotated.VersionId });
  });
});

describe('a secret that is marked for deletion', () => {
  it('is not rotated', async () => {
    world.secretsManager.deleteSecret('smtp');
    await expect(world.rotation.rotate('smtp')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    expect(steps()).toEqual([]);
  });

  it('ends a rotation after the step that is running, with no other attempt', async () => {
    world.functionInvoker = async (_fn, event) => {
      rotateStep(event as RotationEvent);
      if ((event as RotationEvent).Step === 'setSecret') world.secretsManager.deleteSecret('smtp');
    };
    expect(await world.rotation.rotate('smtp', { maxAttempts: 3 })).toMatchObject({ succeeded: false, abandoned: true });
    expect(steps()).toEqual(['createSecret', 'setSecret']);
  });

  it('takes the rotation up again that was unfinished, when it has been restored', async () => {
    failures.setSecret = 1;
    const { token } = await world.rotation.rotate('smtp');
    world.secretsManager.deleteSecret('smtp');
    world.secretsManager.restoreSecret('smtp');
    expect(await world.rotation.rotate('smtp')).toMatchObject({ succeeded: true, token });
  });
});
