import { describe, expect, it } from 'vitest';
import { FLEET, Life } from './life';

async function living(): Promise<Life> {
  const life = new Life();
  life.addServer('i-00000001');
  life.addServer('i-00000002');
  await life.create(() => ({ mailServers: [FLEET] }));
  return life;
}

describe('a leaked credential', () => {
  it('is refused from the first moment of the invocation that revokes it, until the servers have another one', async () => {
    const life = await living();
    const leaked = life.currentKey;
    expect(await life.revoke(leaked)).toEqual({ revoked: leaked });
    expect(life.currentKey).not.toBe(leaked);
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect(life.world.iam.findAccessKey(leaked)?.status).toBe('Inactive');
    expect([...life.refusals].sort()).toEqual(['i-00000001', 'i-00000002'].map(server => `${server}: 535 ${leaked}`));
    life.refusals.clear();
    await life.rotate();
    expect([...life.refusals]).toEqual([]);
  });

  it('goes without a refused message by an ordinary rotation, after which its key is made inactive', async () => {
    const life = await living();
    const leaked = life.currentKey;
    await life.rotate();
    life.world.iam.updateAccessKey(life.config.user.name, leaked, 'Inactive');
    await life.world.eventRules.pass(3_600_000);
    expect([...life.refusals]).toEqual([]);
    expect(life.world.eventRules.failures).toEqual([]);
  });
});
