import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { SecretVersions } from '../../../lambda-src/aws/secret-versions';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { CURRENT, PENDING, PREVIOUS } from '../../../lambda-src/secret/labels';
import { AwsError, Secret, VirtualClock, World } from '../../world';

const TOKEN = '0a1b2c3d-0000-4000-a000-000000000001';

let world: World;
let secret: Secret;
let versions: SecretVersions;

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  use(world.setupSecret({ name: 'smtp', value: 'first' }));
});

function use(used: Secret): void {
  secret = used;
  versions = new SecretVersions(new SecretsManagerClient({ ...world.clientConfig(), maxAttempts: 1 }), secret.arn);
}

function idOf(label: string): string {
  return Object.entries(world.secretsManager.labelsOf(secret.arn)).find(([, labels]) => labels.includes(label))![0];
}

describe('the labels of a secret', () => {
  it('name every labelled version, the one without a value as well', async () => {
    world.secretsManager.createPlaceholder(secret, TOKEN);
    expect(await versions.stages()).toEqual(new Map([[idOf(CURRENT), [CURRENT]], [TOKEN, [PENDING]]]));
  });

  it('are none for a secret without versions', async () => {
    use(world.setupSecret({ name: 'empty' }));
    expect(await versions.stages()).toEqual(new Map());
  });

  it('leave out a version whose last label was taken away', async () => {
    world.intercept = async () => ({ VersionIdsToStages: { [TOKEN]: [] } });
    expect(await versions.stages()).toEqual(new Map());
  });
});

describe('a version', () => {
  it('is read with its value, its labels and the ARN of its secret', async () => {
    const version = await versions.get(idOf(CURRENT));
    expect(version).toMatchObject({ id: idOf(CURRENT), stages: [CURRENT], secretArn: secret.arn });
    expect(version?.value.reveal()).toBe('first');
    expect(JSON.stringify(version)).not.toContain('first');
  });

  it('is undefined while it has no value, and when there is no such version', async () => {
    world.secretsManager.createPlaceholder(secret, TOKEN);
    expect(await versions.get(TOKEN)).toBeUndefined();
    expect(await versions.get(`${TOKEN.slice(0, -1)}9`)).toBeUndefined();
  });

  it('is read by the label of the current one', async () => {
    world.secretsManager.putByHand(secret.arn, 'second');
    expect((await versions.getCurrent())?.value.reveal()).toBe('second');
  });

  it('is undefined when nothing is current', async () => {
    use(world.setupSecret({ name: 'empty' }));
    expect(await versions.getCurrent()).toBeUndefined();
  });

  it('has an empty text when its value is binary', async () => {
    world.secretsManager.putValue(secret, TOKEN, { SecretBinary: Buffer.from('first').toString('base64') });
    expect((await versions.get(TOKEN))?.value.reveal()).toBe('');
  });

  it('has no labels when the reply has none', async () => {
    world.intercept = async (_call, proceed) => ({ ...await proceed() as object, VersionStages: undefined });
    expect(await versions.getCurrent()).toMatchObject({ stages: [] });
  });

  it.each(['AccessDeniedException', 'DecryptionFailure', 'InternalServiceError'])('fails as AWS does with %s', async code => {
    world.intercept = async () => {
      throw new AwsError(code, 'not now');
    };
    await expect(versions.get(TOKEN)).rejects.toMatchObject({ name: code, message: 'not now' });
  });
});

describe('the pending version', () => {
  beforeEach(() => {
    world.secretsManager.createPlaceholder(secret, TOKEN);
  });

  it('gets its value, and leaves the current one alone', async () => {
    await versions.putPending(TOKEN, new SecretText('second'));
    expect(world.secretsManager.valueOf(secret.arn, PENDING)).toBe('second');
    expect(world.secretsManager.valueOf(secret.arn, CURRENT)).toBe('first');
    expect(idOf(PENDING)).toBe(TOKEN);
  });

  it('takes the same value again, and no other one', async () => {
    await versions.putPending(TOKEN, new SecretText('second'));
    await versions.putPending(TOKEN, new SecretText('second'));
    await expect(versions.putPending(TOKEN, new SecretText('third'))).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect(world.secretsManager.valueOf(secret.arn, PENDING)).toBe('second');
  });

  it('becomes current, and the version before it previous', async () => {
    const before = idOf(CURRENT);
    await versions.putPending(TOKEN, new SecretText('second'));
    await versions.makeCurrent(TOKEN, before);
    expect([idOf(CURRENT), idOf(PREVIOUS)]).toEqual([TOKEN, before]);
  });

  it('becomes current in a secret where nothing was, without naming a version to take the label from', async () => {
    use(world.setupSecret({ name: 'empty' }));
    world.secretsManager.firstVersionGetsCurrent = false;
    world.secretsManager.createPlaceholder(secret, TOKEN);
    await versions.putPending(TOKEN, new SecretText('first'));
    await versions.makeCurrent(TOKEN, undefined);
    expect(idOf(CURRENT)).toBe(TOKEN);
    expect(world.calls.at(-1)?.input).toEqual({ SecretId: secret.arn, VersionStage: CURRENT, MoveToVersionId: TOKEN });
  });

  it('does not become current when the label has moved meanwhile', async () => {
    const before = idOf(CURRENT);
    const { id } = world.secretsManager.putByHand(secret.arn, 'by hand');
    await expect(versions.makeCurrent(TOKEN, before)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect(idOf(CURRENT)).toBe(id);
  });

  it('loses its label', async () => {
    await versions.detach(PENDING, TOKEN);
    expect(Object.keys(world.secretsManager.labelsOf(secret.arn))).toEqual([idOf(CURRENT)]);
  });

  it('takes a label of our own besides, and loses only that again', async () => {
    await versions.attach('DELIVERED', TOKEN);
    expect(world.secretsManager.labelsOf(secret.arn)[TOKEN]).toEqual([PENDING, 'DELIVERED']);
    await versions.detach('DELIVERED', TOKEN);
    expect(world.secretsManager.labelsOf(secret.arn)[TOKEN]).toEqual([PENDING]);
  });
});
