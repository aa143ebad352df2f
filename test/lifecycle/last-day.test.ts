import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { failingLater, FLEET, Life, Props } from './life';
import { failsWith } from '../world/nodes';
import { expectedPassword } from '../world/services/ses-smtp';

/** A user and its secret, made by hand, which two servers send with. */
function importing(): { readonly life: Life; readonly before: string } {
  const life = new Life();
  const { iam } = life.world;
  iam.createUser({ name: 'relay' }).inlinePolicies.set('send', { Statement: { Effect: 'Allow', Action: 'ses:SendRawEmail', Resource: '*' } });
  const { accessKeyId: username, secretAccessKey } = iam.createAccessKey('relay');
  const password = expectedPassword(secretAccessKey, life.world.region);
  life.world.setupSecret({ name: 'relay/smtp', value: JSON.stringify({ username, password, region: life.world.region }) });
  for (const id of ['i-00000001', 'i-00000002']) life.addServer(id).heldCredential = { username, password };
  return { life, before: username };
}

const imported = (scope: Stack): Props => ({
  user: User.fromUserName(scope, 'User', 'relay'),
  secret: Secret.fromSecretNameV2(scope, 'Secret', 'relay/smtp'),
  mailServers: [FLEET],
});

/** One day later, as the keys before the stack are older than those that it makes. */
async function nextDay({ clock }: Life): Promise<void> {
  await clock.sleep(86_400_000);
}

describe('the deletion of the stack', () => {
  it('deletes the keys before the user, and leaves nothing behind', async () => {
    const life = new Life();
    await life.create();
    const user = life.config.user.name;
    await life.rotate();
    expect(life.keysOf(user)).toHaveLength(2);
    await life.stack.delete();
    expect(life.stack.events.at(-1)).toMatchObject({ logicalId: 'Mail', status: 'DELETE_COMPLETE' });
    expect(() => life.world.iam.user(user)).toThrow();
    expect(life.stack.orphans).toEqual([]);
  });

  it('ends a rotation that is under way', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    await life.create(() => ({ mailServers: [FLEET] }));
    life.ses.setFaults({ propagationDelay: 120_000 });
    const rotation = life.rotate();
    await life.clock.sleep(30_000);
    expect(life.keysOf()).toHaveLength(2);
    await Promise.all([life.stack.delete(), expect(rotation).rejects.toThrow()]);
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(life.world.iam.issuedKeys.filter(({ accessKeyId }) => life.world.iam.findAccessKey(accessKeyId))).toEqual([]);
  });

  it('keeps a secret that is to be retained', async () => {
    const life = new Life();
    await life.create(() => ({ removalPolicy: RemovalPolicy.RETAIN }));
    const { arn } = life.secret;
    await life.stack.delete();
    expect(life.world.secretsManager.secret(arn).arn).toBe(arn);
  });
});

describe('the deletion of a stack with a user and a secret of somebody else', () => {
  it('leaves them, but for the keys that were made here', async () => {
    const { life, before } = importing();
    await nextDay(life);
    await life.create(imported);
    expect([...life.refusals]).toEqual([]);
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    await life.stack.delete();
    expect(life.keysOf('relay')).toEqual([before]);
    expect([...life.world.secretsManager.secret('relay/smtp').versions.values()].flatMap(({ labels }) => [...labels]).filter(label => label.startsWith('SES'))).toEqual([]);
  });

  it('loses no mail if that is because the first deployment failed', async () => {
    const { life, before } = importing();
    life.addServer('i-00000003', failsWith('Failed'));
    await nextDay(life);
    await expect(life.create(imported)).rejects.toThrow('1 of 3 mail servers did not apply the credential');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
    expect([...life.refusals]).toEqual([]);
    expect(life.heldKeys).toContain(before);
    for (const held of life.heldKeys.filter(key => key !== undefined)) expect(life.keysOf('relay')).toContain(held);
  });

  it('loses no mail if the first deployment failed after the servers had changed', async () => {
    const { life, before } = importing();
    await nextDay(life);
    await expect(life.create(failingLater(imported))).rejects.toThrow('Taken');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
    expect([...life.refusals]).toEqual([]);
    expect(life.heldKeys).toEqual([before, before]);
    expect(life.keysOf('relay')).toEqual([before]);
    expect(life.world.secretsManager.valueOf('relay/smtp')).toContain(before);
  });

  it('leaves the credential to a construct that has taken over, as after its id was changed', async () => {
    const { life } = importing();
    await nextDay(life);
    await life.create(imported);
    await life.update(imported, 'Renamed');
    expect([...life.refusals]).toEqual([]);
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect(life.keysOf('relay')).toContain(life.currentKey);
  });
});
