import {
  CancelRotateSecretCommand, DescribeSecretCommand, DescribeSecretCommandOutput, GetSecretValueCommand, ListSecretVersionIdsCommand,
  PutSecretValueCommand, RotateSecretCommand, SecretsManagerClient, UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { PolicyStatement, Secret, VirtualClock, World } from '../index';

const FIRST = 'a'.repeat(32);
const SECOND = 'b'.repeat(32);
let world: World;
let client: SecretsManagerClient;
let secret: Secret;

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  client = new SecretsManagerClient({ ...world.clientConfig(), maxAttempts: 1 });
  secret = world.setupSecret({ name: 'smtp' });
});

async function put(token: string, value: string, stages?: string[]) {
  return client.send(new PutSecretValueCommand({ SecretId: secret.arn, ClientRequestToken: token, SecretString: value, VersionStages: stages }));
}

async function get(request: { VersionId?: string; VersionStage?: string } = {}) {
  return client.send(new GetSecretValueCommand({ SecretId: secret.arn, ...request }));
}

async function describeSecret(): Promise<DescribeSecretCommandOutput> {
  return client.send(new DescribeSecretCommand({ SecretId: secret.arn }));
}

describe('secrets', () => {
  it('are found by ARN, by ARN without the random end, and by name', async () => {
    for (const SecretId of [secret.arn, secret.arn.slice(0, -7), 'smtp']) {
      expect((await client.send(new DescribeSecretCommand({ SecretId }))).ARN).toBe(secret.arn);
    }
  });

  it('give ResourceNotFoundException when they do not exist', async () => {
    await expect(client.send(new DescribeSecretCommand({ SecretId: 'nothing' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a secret that is marked for deletion', () => {
  const REFUSED = {
    name: 'InvalidRequestException', message: "You can't perform this operation on the secret because it was marked for deletion.",
  };

  beforeEach(async () => {
    await put(FIRST, 'one');
    world.secretsManager.setRotation('smtp', { lambdaArn: 'arn:aws:lambda:eu-west-1:111122223333:function:rotation' });
    world.secretsManager.deleteSecret('smtp');
  });

  const calls: [string, () => Promise<unknown>][] = [
    ['GetSecretValue', async () => get()],
    ['PutSecretValue', async () => put(SECOND, 'two')],
    ['UpdateSecretVersionStage', async () =>
      client.send(new UpdateSecretVersionStageCommand({ SecretId: secret.arn, VersionStage: 'LABEL', MoveToVersionId: FIRST }))],
    ['RotateSecret', async () => client.send(new RotateSecretCommand({ SecretId: secret.arn }))],
    ['CancelRotateSecret', async () => client.send(new CancelRotateSecretCommand({ SecretId: secret.arn }))],
    ['ListSecretVersionIds', async () => client.send(new ListSecretVersionIdsCommand({ SecretId: secret.arn }))],
  ];

  it.each(calls)('refuses %s', async (_action, call) => {
    await expect(call()).rejects.toMatchObject(REFUSED);
  });

  it('is described with its labels and the date on which it was marked', async () => {
    expect(await describeSecret()).toMatchObject({
      DeletedDate: new Date(world.clock.now()), RotationEnabled: true, VersionIdsToStages: { [FIRST]: ['AWSCURRENT'] },
    });
  });

  it('may be described without its rotation, and list its versions: AWS does not say', async () => {
    Object.assign(world.secretsManager.markedForDeletion, { showsRotation: false, listsVersions: true });
    const { RotationEnabled, RotationLambdaARN } = await describeSecret();
    expect([RotationEnabled, RotationLambdaARN]).toEqual([undefined, undefined]);
    expect((await client.send(new ListSecretVersionIdsCommand({ SecretId: secret.arn }))).Versions).toMatchObject([{ VersionId: FIRST }]);
  });

  it('can be restored', async () => {
    world.secretsManager.restoreSecret('smtp');
    expect((await get()).SecretString).toBe('one');
    expect((await describeSecret()).DeletedDate).toBeUndefined();
  });
});

describe('the description of a secret', () => {
  it('leaves out what has no value', async () => {
    const { $metadata, ...described } = await describeSecret();
    expect(Object.keys(described).sort()).toEqual(['ARN', 'CreatedDate', 'LastChangedDate', 'Name']);
    expect($metadata.httpStatusCode).toBe(200);
  });

  it.each([
    [{ AutomaticallyAfterDays: 30 }, 30 * 24], [{ ScheduleExpression: 'rate(1 day)' }, 24], [{ ScheduleExpression: 'rate(4 hours)' }, 4],
  ])('tells until when a schedule of %o rotates', async (rules, hours) => {
    world.secretsManager.setRotation('smtp', { lambdaArn: 'arn:function', rules });
    expect((await describeSecret()).NextRotationDate).toEqual(new Date(world.clock.now() + hours * 3_600_000));
  });

  it('counts from when the secret was given its present schedule', async () => {
    const schedule = (days: number) => ({ lambdaArn: 'arn:function', rules: { ScheduleExpression: `rate(${days} days)` } });
    world.secretsManager.setRotation('smtp', schedule(30));
    await world.clock.sleep(20 * 86_400_000);
    const changedAt = world.clock.now();
    world.secretsManager.setRotation('smtp', schedule(10));
    await world.clock.sleep(86_400_000);
    world.secretsManager.setRotation('smtp', schedule(10));
    expect((await describeSecret()).NextRotationDate).toEqual(new Date(changedAt + 10 * 86_400_000));
  });

  it('tells no next date of a cron expression', async () => {
    world.secretsManager.setRotation('smtp', { lambdaArn: 'arn:function', rules: { ScheduleExpression: 'cron(0 4 1 * ? *)' } });
    const { RotationEnabled, NextRotationDate } = await describeSecret();
    expect([RotationEnabled, NextRotationDate]).toEqual([true, undefined]);
  });

  it('tells no dates of a rotation that is turned off', async () => {
    world.secretsManager.setRotation('smtp', { lambdaArn: 'arn:function', rules: { AutomaticallyAfterDays: 30 } });
    secret.lastRotatedDate = world.clock.now();
    expect((await describeSecret()).LastRotatedDate).toEqual(new Date(world.clock.now()));
    await client.send(new CancelRotateSecretCommand({ SecretId: 'smtp' }));
    const { RotationEnabled, LastRotatedDate, NextRotationDate } = await describeSecret();
    expect([RotationEnabled, LastRotatedDate, NextRotationDate]).toEqual([false, undefined, undefined]);
  });
});

describe('values', () => {
  it('give ResourceNotFoundException for a pending version without a value', async () => {
    world.secretsManager.createPlaceholder(secret, FIRST);
    expect((await client.send(new DescribeSecretCommand({ SecretId: 'smtp' }))).VersionIdsToStages).toEqual({ [FIRST]: ['AWSPENDING'] });
    await expect(get({ VersionId: FIRST, VersionStage: 'AWSPENDING' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException', message: `Secrets Manager can't find the specified secret value for VersionId: ${FIRST}`,
    });
  });

  it('come with their version, labels and date', async () => {
    await put(FIRST, 'one');
    expect(await get()).toMatchObject({
      SecretString: 'one', VersionId: FIRST, VersionStages: ['AWSCURRENT'], CreatedDate: new Date(world.clock.now()),
    });
  });

  it('refuse a version and a label that do not belong together', async () => {
    await put(FIRST, 'one');
    await put(SECOND, 'two');
    await expect(get({ VersionId: FIRST, VersionStage: 'AWSCURRENT' })).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  it('can be put again under the same token only unchanged', async () => {
    await put(FIRST, 'one');
    await put(FIRST, 'one');
    await expect(put(FIRST, 'two')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it.each([
    ['neither text nor bytes', {}, 'InvalidRequestException'],
    ['an empty text', { SecretString: '' }, 'InvalidRequestException'],
    ['text and bytes', { SecretString: 'one', SecretBinary: new Uint8Array([1]) }, 'InvalidParameterException'],
    ['more than 65,536 bytes', { SecretString: 'x'.repeat(65_537) }, 'ValidationException'],
    ['a token that is too short', { SecretString: 'one', ClientRequestToken: 'x'.repeat(31) }, 'InvalidParameterException'],
  ])('cannot be %s', async (_what, value, name) => {
    await expect(client.send(new PutSecretValueCommand({ SecretId: 'smtp', ...value }))).rejects.toMatchObject({ name });
  });

  it('need a token, which the SDK makes up', async () => {
    const call = { service: 'secretsmanager' as const, action: 'PutSecretValue', input: { SecretId: 'smtp', SecretString: 'one' } };
    const { accessKeyId } = world.iam.administratorCredentials();
    await expect(world.perform(call, accessKeyId)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(world.perform({ ...call, action: 'RotateSecret' }, accessKeyId)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await client.send(new PutSecretValueCommand(call.input));
  });

  it('are listed by version, with labels if there are any', async () => {
    for (const token of [FIRST, SECOND, 'c'.repeat(32)]) await put(token, token);
    world.secretsManager.createPlaceholder(secret, 'd'.repeat(32));
    const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'smtp', IncludeDeprecated: true }));
    expect(Versions?.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]))
      .toEqual([[FIRST, undefined], [SECOND, ['AWSPREVIOUS']], ['c'.repeat(32), ['AWSCURRENT']]]);
    expect(Versions?.[0].KmsKeyIds).toEqual(['DefaultEncryptionKey']);
  });

  it('stay readable when their version has lost its labels', async () => {
    for (const token of [FIRST, SECOND, 'c'.repeat(32)]) await put(token, token);
    expect((await get({ VersionId: FIRST })).SecretString).toBe(FIRST);
    const listed = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'smtp' }));
    expect(listed.Versions?.map(version => version.VersionId)).not.toContain(FIRST);
  });
});

describe('the first value of an empty secret', () => {
  it('becomes current, whatever label it was given', async () => {
    expect((await put(FIRST, 'one', ['AWSPENDING'])).VersionStages).toEqual(['AWSPENDING', 'AWSCURRENT']);
  });

  it('keeps to its label when the world is told so', async () => {
    world.secretsManager.firstVersionGetsCurrent = false;
    expect((await put(FIRST, 'one', ['AWSPENDING'])).VersionStages).toEqual(['AWSPENDING']);
  });
});

describe('labels', () => {
  async function move(VersionStage: string, MoveToVersionId?: string, RemoveFromVersionId?: string) {
    return client.send(new UpdateSecretVersionStageCommand({ SecretId: 'smtp', VersionStage, MoveToVersionId, RemoveFromVersionId }));
  }

  beforeEach(async () => {
    await put(FIRST, 'one');
    await put(SECOND, 'two', ['AWSPENDING']);
  });

  it('move AWSPREVIOUS to where AWSCURRENT came from', async () => {
    await move('AWSCURRENT', SECOND, FIRST);
    expect(world.secretsManager.labelsOf('smtp')).toEqual({ [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSPENDING', 'AWSCURRENT'] });
  });

  it('lose AWSPENDING together with AWSCURRENT to a new value', async () => {
    await move('AWSCURRENT', SECOND, FIRST);
    await put('c'.repeat(32), 'three');
    expect(world.secretsManager.labelsOf('smtp')).toEqual({ [SECOND]: ['AWSPREVIOUS'], ['c'.repeat(32)]: ['AWSCURRENT'] });
  });

  it('move only from a version that is named', async () => {
    await expect(move('AWSCURRENT', SECOND)).rejects.toMatchObject({
      name: 'InvalidParameterException', message: expect.stringContaining(`currently attached to version ${FIRST}`),
    });
  });

  it('do not move from a version that does not carry them', async () => {
    await expect(move('AWSCURRENT', SECOND, SECOND)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(move('other', SECOND, FIRST)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('can be taken off, except AWSCURRENT', async () => {
    await move('AWSPENDING', undefined, SECOND);
    expect(world.secretsManager.labelsOf('smtp')).toEqual({ [FIRST]: ['AWSCURRENT'] });
    await expect(move('AWSCURRENT', undefined, FIRST)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('are twenty at most, wherever they are', async () => {
    for (let index = 3; index <= 20; index += 1) await move(`label-${index}`, index % 2 ? FIRST : SECOND);
    await expect(move('label-21', FIRST)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await move('label-20', FIRST, SECOND);
  });

  it('are put on a version that exists', async () => {
    await expect(move('AWSCURRENT', 'c'.repeat(32), FIRST)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('permissions', () => {
  const allow = (Action: string | string[], Resource: string, Condition?: PolicyStatement['Condition']): PolicyStatement =>
    ({ Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) });

  function clientOf(...Statement: PolicyStatement[]) {
    const role = world.iam.createRole({ name: 'rotation' });
    role.inlinePolicies.set('policy', { Statement });
    return new SecretsManagerClient({ ...world.clientConfig(role.arn), maxAttempts: 1 });
  }

  it('refuse a role what its policy does not allow', async () => {
    await put(FIRST, 'one');
    const asRole = clientOf(allow('secretsmanager:DescribeSecret', secret.arn));
    await expect(asRole.send(new DescribeSecretCommand({ SecretId: 'smtp' }))).resolves.toBeDefined();
    await expect(asRole.send(new GetSecretValueCommand({ SecretId: 'smtp' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('refuse to read and to write with a key that the role may not use', async () => {
    secret = world.setupSecret({ name: 'encrypted', value: 'one', kmsKeyId: world.kms.createKey().arn });
    const asRole = clientOf(allow('secretsmanager:*', '*'));
    const expected = { name: 'AccessDeniedException', message: 'Access to KMS is not allowed' };
    await expect(asRole.send(new GetSecretValueCommand({ SecretId: secret.arn }))).rejects.toMatchObject(expected);
    await expect(asRole.send(new PutSecretValueCommand({ SecretId: secret.arn, SecretString: 'two' }))).rejects.toMatchObject(expected);
  });

  it('use the key through Secrets Manager and for the one secret', async () => {
    const key = world.kms.createKey();
    secret = world.setupSecret({ name: 'encrypted', value: 'one', kmsKeyId: key.arn });
    const asRole = clientOf(allow('secretsmanager:*', '*'), allow(['kms:Decrypt', 'kms:GenerateDataKey'], key.arn, {
      StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com', 'kms:EncryptionContext:SecretARN': secret.arn },
    }));
    await asRole.send(new PutSecretValueCommand({ SecretId: secret.arn, SecretString: 'two' }));
    expect((await asRole.send(new GetSecretValueCommand({ SecretId: secret.arn }))).SecretString).toBe('two');
  });
});
