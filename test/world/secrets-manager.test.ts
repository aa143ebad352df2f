import {
  DescribeSecretCommand, GetSecretValueCommand, ListSecretVersionIdsCommand, PutSecretValueCommand, SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { PolicyStatement, Secret, VirtualClock, World } from './index';

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

describe('secrets', () => {
  it('are found by ARN, by ARN without the random end, and by name', async () => {
    for (const SecretId of [secret.arn, secret.arn.slice(0, -7), 'smtp']) {
      expect((await client.send(new DescribeSecretCommand({ SecretId }))).ARN).toBe(secret.arn);
    }
  });

  it('give ResourceNotFoundException when they do not exist', async () => {
    await expect(client.send(new DescribeSecretCommand({ SecretId: 'nothing' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('refuse calls after they have been deleted', async () => {
    world.secretsManager.deleteSecret('smtp');
    await expect(get()).rejects.toMatchObject({ name: 'InvalidRequestException' });
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
