import { describe, expect, it } from 'vitest';
import { FLEET, Life } from '../../lifecycle/life';
import { failsWith } from '../../world/nodes';

async function living(): Promise<Life> {
  const life = new Life();
  life.addServer('i-00000001');
  await life.create(() => ({ mailServers: [FLEET] }));
  await life.rotate();
  return life;
}

function livingKeys({ world: { iam } }: Life): string[] {
  return iam.issuedKeys.map(({ accessKeyId }) => accessKeyId).filter(id => iam.findAccessKey(id));
}

describe('a stack whose secret somebody has marked for deletion', () => {
  it('can be deleted, with all keys', async () => {
    const life = await living();
    life.world.secretsManager.deleteSecret(life.secret.arn);
    await life.stack.delete();
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(livingKeys(life)).toEqual([]);
  });

  it('can be deleted while a rotation is pending, with all keys', async () => {
    const life = await living();
    life.addServer('i-00000002', failsWith('Failed'));
    await expect(life.rotate()).rejects.toThrow('1 of 2 mail servers');
    life.world.secretsManager.deleteSecret(life.secret.arn);
    await life.stack.delete();
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(livingKeys(life)).toEqual([]);
  });
});
