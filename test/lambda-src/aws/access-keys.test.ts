import { IAMClient } from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from 'vitest';
import { AccessKeys, KEY_SLOTS } from '../../../lambda-src/aws/access-keys';
import { RotationError } from '../../../lambda-src/basics/errors';
import { AwsError, ConnectionLost, VirtualClock, World } from '../../world';

const USER = 'newsletter';

let world: World;
let keys: AccessKeys;

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  world.iam.createUser({ name: USER });
  keys = keysOf(USER);
});

function keysOf(userName: string): AccessKeys {
  const config = world.clientConfig();
  return new AccessKeys(new IAMClient({ ...config, maxAttempts: 3 }), new IAMClient({ ...config, maxAttempts: 1 }), userName);
}

function present(): string[] {
  return world.iam.keysOf(USER).map(key => key.accessKeyId);
}

describe('the list of access keys', () => {
  it('says of each key whether it is active and how old it is', async () => {
    const first = world.iam.createAccessKey(USER);
    await world.clock.sleep(60_000);
    const second = world.iam.createAccessKey(USER);
    world.iam.updateAccessKey(USER, second.accessKeyId, 'Inactive');
    expect(await keys.list()).toEqual([
      { id: first.accessKeyId, active: true, createdAt: world.clock.now() - 60_000 },
      { id: second.accessKeyId, active: false, createdAt: world.clock.now() },
    ]);
  });

  it('goes on to the last page', async () => {
    world.iam.createAccessKey(USER);
    world.iam.createAccessKey(USER);
    world.intercept = async (call, proceed) => {
      call.input.MaxItems = '1';
      return proceed();
    };
    expect((await keys.list()).map(key => key.id)).toEqual(present());
    expect(world.calls.map(call => [call.action, call.input.Marker])).toEqual([['ListAccessKeys', undefined], ['ListAccessKeys', '1']]);
  });

  it('ends when a page says that it is the last one, marker or not', async () => {
    world.intercept = async (call, proceed) => ({ ...await proceed() as object, ...call.input.Marker === undefined && { Marker: '1' } });
    await keys.list();
    expect(world.calls).toHaveLength(1);
  });

  it('is empty for a user without keys', async () => {
    expect(await keys.list()).toEqual([]);
  });

  it('is empty when the reply has no list at all', async () => {
    world.intercept = async () => ({ IsTruncated: false });
    expect(await keys.list()).toEqual([]);
  });

  it('has only the keys of the user', async () => {
    world.iam.createUser({ name: 'somebody' });
    world.iam.createAccessKey('somebody');
    expect(await keys.list()).toEqual([]);
  });
});

describe('a new access key', () => {
  it('comes with its secret, which does not print', async () => {
    const key = await keys.create();
    const [made] = world.iam.keysOf(USER);
    expect([key.id, key.secret.reveal()]).toEqual([made.accessKeyId, made.secretAccessKey]);
    expect(JSON.stringify(key)).not.toContain(made.secretAccessKey);
  });

  it('is refused when every slot is taken, with the user and the reason in the message', async () => {
    for (let slot = 0; slot < KEY_SLOTS; slot += 1) await keys.create();
    const error = await keys.create().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(RotationError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^no access key could be created for user "newsletter": LimitExceeded.*: Cannot exceed quota for AccessKeysPerUser: 2; fix what the error names/),
      cause: { name: expect.stringMatching(/^LimitExceeded/) },
    });
  });

  it('is not asked for again when the reply was lost', async () => {
    world.intercept = async (_call, proceed) => {
      await proceed();
      throw new ConnectionLost();
    };
    await expect(keys.create()).rejects.toThrow('wait for the retry, which deletes or names a key that this attempt may have left behind');
    expect(present()).toHaveLength(1);
  });
});

describe('deleting an access key', () => {
  it('deletes that key and no other', async () => {
    const [first, second] = [await keys.create(), await keys.create()];
    await keys.delete(first.id);
    expect(present()).toEqual([second.id]);
  });

  it('is content with a key that is gone already', async () => {
    const { id } = await keys.create();
    await keys.delete(id);
    await keys.delete(id);
    expect(world.calls.at(-1)).toMatchObject({ action: 'DeleteAccessKey', error: 'NoSuchEntity' });
  });

  it('is content when the first call did it and only its reply was lost', async () => {
    const { id } = await keys.create();
    let lost = false;
    world.intercept = async (_call, proceed) => {
      await proceed();
      if (lost) return undefined;
      lost = true;
      throw new ConnectionLost();
    };
    await keys.delete(id);
    expect(present()).toEqual([]);
    expect(world.calls.map(call => call.error)).toEqual([undefined, 'ConnectionLost', 'NoSuchEntity']);
  });

  it('fails as AWS does for any other reason', async () => {
    const { id } = await keys.create();
    world.intercept = async () => {
      throw new AwsError('AccessDenied', 'not authorized to perform: iam:DeleteAccessKey', 403);
    };
    await expect(keys.delete(id)).rejects.toThrow('iam:DeleteAccessKey');
    expect(present()).toEqual([id]);
  });
});
