import {
  CreateAccessKeyCommand, DeleteAccessKeyCommand, GetAccessKeyLastUsedCommand, GetUserCommand, IAMClient, ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, expect, it } from 'vitest';
import { VirtualClock, World } from '../index';

const UserName = 'newsletter';
let world: World;
let client: IAMClient;

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  world.iam.createUser({ name: UserName, path: '/mail/' });
  client = new IAMClient({ ...world.clientConfig(), maxAttempts: 1 });
});

it('issues keys that look like those of AWS and can be found by their id', async () => {
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }));
  expect(AccessKey?.AccessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
  expect(AccessKey?.SecretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
  expect(AccessKey?.CreateDate).toEqual(new Date(world.clock.now()));
  expect(world.iam.findAccessKey(AccessKey?.AccessKeyId ?? '')).toMatchObject({ userName: UserName, status: 'Active' });
  expect(world.iam.issuedSecrets).toEqual([AccessKey?.SecretAccessKey]);
});

it('refuses a third access key, an inactive one included', async () => {
  world.iam.createAccessKey(UserName);
  const { accessKeyId } = world.iam.createAccessKey(UserName);
  await client.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: accessKeyId, Status: 'Inactive' }));
  await expect(client.send(new CreateAccessKeyCommand({ UserName }))).rejects.toMatchObject({
    name: 'LimitExceededException', $metadata: { httpStatusCode: 409 },
  });
});

it('says NoSuchEntity about users and keys that do not exist', async () => {
  const expected = { name: 'NoSuchEntityException', $metadata: { httpStatusCode: 404 } };
  await expect(client.send(new CreateAccessKeyCommand({ UserName: 'nobody' }))).rejects.toMatchObject(expected);
  await expect(client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }))).rejects.toMatchObject(expected);
});

it('does not touch the key of another user', async () => {
  world.iam.createUser({ name: 'other' });
  const { accessKeyId } = world.iam.createAccessKey('other');
  await expect(client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: accessKeyId }))).rejects.toThrow('cannot be found');
});

it('lists keys in pages and without secrets', async () => {
  const ids = [world.iam.createAccessKey(UserName), world.iam.createAccessKey(UserName)].map(key => key.accessKeyId);
  const first = await client.send(new ListAccessKeysCommand({ UserName, MaxItems: 1 }));
  const second = await client.send(new ListAccessKeysCommand({ UserName, MaxItems: 1, Marker: first.Marker }));
  expect([first.IsTruncated, second.IsTruncated]).toEqual([true, false]);
  expect([first, second].flatMap(page => page.AccessKeyMetadata ?? []).map(key => key.AccessKeyId)).toEqual(ids);
  expect(JSON.stringify(first)).not.toContain(world.iam.issuedSecrets[0]);
});

it('shows a new key late when the listing lags', async () => {
  world.iam.listingDelay = 5000;
  world.iam.createAccessKey(UserName);
  expect((await client.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata).toEqual([]);
  await world.clock.sleep(5000);
  expect((await client.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata).toHaveLength(1);
});

it('describes the user, and when a key was last used', async () => {
  const { accessKeyId } = world.iam.createAccessKey(UserName);
  expect((await client.send(new GetUserCommand({ UserName }))).User).toEqual({
    UserName,
    Path: '/mail/',
    Arn: 'arn:aws:iam::111122223333:user/mail/newsletter',
    UserId: expect.stringMatching(/^AIDA[A-Z0-9]{17}$/) as string,
    CreateDate: new Date(world.clock.now()),
  });
  expect((await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }))).AccessKeyLastUsed?.ServiceName).toBe('N/A');
});

it('records the last use of a key by SMTP, unless it is told not to', async () => {
  const { accessKeyId: AccessKeyId } = world.iam.createAccessKey(UserName);
  world.iam.noteLogin(AccessKeyId, 'eu-west-1');
  const use = { LastUsedDate: new Date(world.clock.now()), ServiceName: 'ses-smtp', Region: 'eu-west-1' };
  expect((await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))).AccessKeyLastUsed).toEqual(use);
  world.iam.recordsSmtp = false;
  world.iam.noteLogin(AccessKeyId, 'eu-central-1');
  expect((await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))).AccessKeyLastUsed).toEqual(use);
});

it('does not tell whether a key exists that nobody may ask about', async () => {
  await expect(client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }))).rejects.toMatchObject({
    name: 'AccessDenied', $metadata: { httpStatusCode: 403 },
  });
});

it('deletes a user only after the keys', () => {
  const { accessKeyId } = world.iam.createAccessKey(UserName);
  expect(() => world.iam.deleteUser(UserName)).toThrow('must delete access keys first');
  world.iam.deleteAccessKey(UserName, accessKeyId);
  world.iam.deleteUser(UserName);
  expect(() => world.iam.user(UserName)).toThrow('cannot be found');
});

it('refuses a role what its policy does not allow', async () => {
  const role = world.iam.createRole({ name: 'rotation' });
  const asRole = new IAMClient({ ...world.clientConfig(role.arn), maxAttempts: 1 });
  await expect(asRole.send(new CreateAccessKeyCommand({ UserName }))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('assumed-role/rotation/session is not authorized to perform: iam:CreateAccessKey'),
  });
});

it('requires the user name of callers that are no users', async () => {
  await expect(client.send(new ListAccessKeysCommand({}))).rejects.toThrow('Must specify userName');
});

it('lets a user send as an identity through the policy of a group', () => {
  const Resource = 'arn:aws:ses:eu-west-1:111122223333:identity/example.com';
  const group = world.iam.createGroup({ name: 'senders' });
  group.inlinePolicies.set('send', { Statement: { Effect: 'Allow', Action: 'ses:SendRawEmail', Resource } });
  expect(world.maySend(UserName, 'news@example.com')).toBe(false);
  world.iam.addUserToGroup(UserName, 'senders');
  expect(world.maySend(UserName, 'news@example.com')).toBe(true);
  expect(world.maySend(UserName, 'news@example.org')).toBe(false);
  expect(world.maySend(UserName, 'news@example.com', { configurationSet: 'tracking' })).toBe(false);
});
