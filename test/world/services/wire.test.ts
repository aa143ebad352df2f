import { CreateAccessKeyCommand, IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListCommandsCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsError, ConnectionLost, VirtualClock, World } from '../index';

const UserName = 'newsletter';
let world: World;

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  world.iam.createUser({ name: UserName });
  world.setupSecret({ name: 'smtp', value: '<&> ü' });
});

afterEach(async () => world.close());

function iam(maxAttempts = 1): IAMClient {
  return new IAMClient({ ...world.clientConfig(), maxAttempts });
}

describe('over HTTP', () => {
  it('serves all services on one loopback port', async () => {
    const { region, credentials } = world.clientConfig();
    const config = { endpoint: await world.listen(), region, credentials, maxAttempts: 1 };
    const secret = await new SecretsManagerClient(config).send(new GetSecretValueCommand({ SecretId: 'smtp' }));
    const created = await new IAMClient(config).send(new CreateAccessKeyCommand({ UserName }));
    const listed = await new SSMClient(config).send(new ListCommandsCommand({}));
    expect(secret).toMatchObject({ SecretString: '<&> ü', CreatedDate: new Date(world.clock.now()) });
    expect(world.iam.issuedSecrets).toEqual([created.AccessKey?.SecretAccessKey]);
    expect(listed.Commands).toEqual([]);
  });

  it('cuts the connection when it is lost', async () => {
    world.intercept = async () => { throw new ConnectionLost(); };
    const { region, credentials } = world.clientConfig();
    const client = new IAMClient({ endpoint: await world.listen(), region, credentials, maxAttempts: 1 });
    await expect(client.send(new CreateAccessKeyCommand({ UserName }))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('answers GetCallerIdentity with the ARN of the session', async () => {
    const { accessKeyId } = world.credentialsFor(world.iam.createRole({ name: 'rotation' }).arn);
    const reply = await fetch(await world.listen(), {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/eu-west-1/sts/aws4_request` },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    expect(await reply.text()).toContain('<Arn>arn:aws:sts::111122223333:assumed-role/rotation/session</Arn>');
  });
});

describe('callers', () => {
  it('get UnrecognizedClientException or InvalidClientTokenId for a key that nobody has', async () => {
    const config = { ...world.clientConfig(), credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }, maxAttempts: 1 };
    await expect(new SecretsManagerClient(config).send(new GetSecretValueCommand({ SecretId: 'smtp' }))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    await expect(new IAMClient(config).send(new ListAccessKeysCommand({ UserName }))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });

  it('are refused with an inactive key', async () => {
    const credentials = world.iam.createAccessKey(UserName);
    world.iam.updateAccessKey(UserName, credentials.accessKeyId, 'Inactive');
    const client = new IAMClient({ ...world.clientConfig(), credentials, maxAttempts: 1 });
    await expect(client.send(new ListAccessKeysCommand({ UserName }))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });
});

describe('an interceptor', () => {
  it('loses a request before it arrives', async () => {
    world.intercept = async () => { throw new ConnectionLost(); };
    await expect(iam().send(new CreateAccessKeyCommand({ UserName }))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(world.iam.keysOf(UserName)).toEqual([]);
  });

  it('loses the reply of a call that has taken effect', async () => {
    world.intercept = async (_call, proceed) => {
      await proceed();
      throw new ConnectionLost();
    };
    await expect(iam().send(new CreateAccessKeyCommand({ UserName }))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(world.iam.keysOf(UserName)).toHaveLength(1);
  });

  it('makes a retrying client create two keys', async () => {
    let first = true;
    world.intercept = async (_call, proceed) => {
      const output = await proceed();
      if (first) {
        first = false;
        throw new ConnectionLost();
      }
      return output;
    };
    await iam(2).send(new CreateAccessKeyCommand({ UserName }));
    expect(world.iam.keysOf(UserName)).toHaveLength(2);
  });

  it('throttles one action of one service', async () => {
    world.intercept = async (call, proceed) => {
      if (call.service === 'iam' && call.action === 'CreateAccessKey') throw new AwsError('Throttling', 'Rate exceeded');
      return proceed();
    };
    await expect(iam().send(new CreateAccessKeyCommand({ UserName }))).rejects.toMatchObject({ name: 'Throttling' });
    await expect(iam().send(new ListAccessKeysCommand({ UserName }))).resolves.toBeDefined();
  });
});

it('records every call with its caller, time and error', async () => {
  await iam().send(new ListAccessKeysCommand({ UserName }));
  await expect(iam().send(new ListAccessKeysCommand({ UserName: 'nobody' }))).rejects.toThrow('nobody');
  expect(world.calls).toMatchObject([
    { service: 'iam', action: 'ListAccessKeys', input: { UserName }, principal: expect.stringContaining('Administrator'), at: world.clock.now() },
    { service: 'iam', action: 'ListAccessKeys', error: 'NoSuchEntity' },
  ]);
});

it('gives the same keys for the same seed, and others for another', () => {
  const keyOf = (seed: string) => {
    const other = new World({ clock: new VirtualClock(), seed });
    other.iam.createUser({ name: UserName });
    return other.iam.createAccessKey(UserName).secretAccessKey;
  };
  expect(keyOf('a')).toBe(keyOf('a'));
  expect(keyOf('a')).not.toBe(keyOf('b'));
});
