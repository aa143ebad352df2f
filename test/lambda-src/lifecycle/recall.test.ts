import { describe, expect, it } from 'vitest';
import { CredentialFormat } from '../../../src';
import { DefineProps, FLEET, Life } from '../../lifecycle/life';
import { failsWith, NodeBehaviour } from '../../world/nodes';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

const withProps = (props: ReturnType<DefineProps> = {}): DefineProps => () => ({ mailServers: [FLEET], ...props });

/** Takes what holds this access key, and nothing else. */
function takesOnly(life: Life, accessKeyId: string): NodeBehaviour {
  return async (execution, node) => {
    const [versionId] = execution.parameters.VersionId;
    const value = life.secret.versions.get(versionId)?.value?.SecretString ?? '';
    return (value.includes(accessKeyId) ? life.applies() : failsWith('Failed'))(execution, node);
  };
}

describe('an update that one server refused, and that was rolled back', () => {
  it('leaves no key that nothing refers to, and nothing that sets off the alarm', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    await life.create(withProps());
    await life.rotate();
    const before = life.currentKey;
    life.addServer('i-00000002', takesOnly(life, before)).heldCredential = { ...life.servers[0].heldCredential! };
    await expect(life.update(withProps({ credentialFormat: CredentialFormat.usernameColonPassword() }))).rejects.toThrow('1 of 2 mail servers');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(life.heldKeys).toEqual([before, before]);
    await life.world.rotation.idle();
    await life.world.eventRules.pass(12 * HOUR);
    expect(life.world.eventRules.failures.map(failure => (failure as Error).message)).toEqual([]);
    expect(life.keysOf()).toContain(before);
    expect([...life.refusals]).toEqual([]);
  });
});

describe('a scheduled rotation that is under way', () => {
  it('comes to its end although an update changes a property of the credential that it has nothing to do with', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    const slow = life.addServer('i-00000002');
    await life.create(withProps({ waitForFirstRotation: true }));
    slow.startsAfter = 240 * SECOND;
    const before = life.currentKey;
    const rotation = life.rotate();
    await life.clock.sleep(60 * SECOND);
    await life.update(withProps({ waitForFirstRotation: false }));
    await rotation;
    expect(life.currentKey).not.toBe(before);
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect([...life.refusals]).toEqual([]);
  });
});
