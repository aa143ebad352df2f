import { describe, expect, it } from 'vitest';
import { FLEET, Life } from './life';
import { leaksIn } from '../reliability/leaks';
import { failsWith } from '../world/nodes';

describe('the first deployment', () => {
  it('ends with a credential that works and that every mail server has', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    life.addServer('i-00000002');
    await life.create(() => ({ mailServers: [FLEET] }));
    expect(life.currentKey).toMatch(/^AKIA/);
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect(life.keysOf()).toEqual([life.currentKey]);
    expect([...life.refusals]).toEqual([]);
    expect(life.world.rotation.outcomes).toHaveLength(1);
  });

  it('tells CloudFormation nothing secret', async () => {
    const life = new Life();
    await life.create();
    const [{ body }] = life.world.customResources.responses;
    expect(leaksIn(body, life.world, [life.world.region])).toEqual([]);
    expect(life.world.customResources.failures).toEqual([]);
  });

  it('starts the rotation that the schedule does not start', async () => {
    const life = new Life();
    await life.create(() => ({ rotateImmediatelyOnUpdate: false }));
    expect(life.currentKey).toMatch(/^AKIA/);
  });

  it('does not wait where that is not wanted', async () => {
    const life = new Life();
    life.ses.setFaults({ propagationDelay: 60_000 });
    await life.create(() => ({ waitForFirstRotation: false }));
    expect(life.currentKey).toBe('');
    await life.world.rotation.idle();
    expect(life.currentKey).toMatch(/^AKIA/);
  });
});

describe('a first deployment that fails', () => {
  it('has the reason in the event of the resource, and leaves nothing behind', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    life.addServer('i-00000002', failsWith('Failed'));
    await expect(life.create(() => ({ mailServers: [FLEET] }))).rejects.toThrow('setSecret: 1 of 2 mail servers did not apply the credential');
    const failed = life.stack.events.find(({ status }) => status === 'CREATE_FAILED');
    expect(failed?.logicalId).toMatch(/^NewsletterCredential/);
    expect(failed?.reason).toMatch(/i-00000002 \(Failed\); look at command \S+ in Run Command, fix or remove the servers, and rotate again; mail continues with the current credential if that works; see https:/);
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
    expect(life.stack.orphans).toEqual([]);
    expect(life.world.iam.issuedKeys.map(({ accessKeyId }) => life.world.iam.findAccessKey(accessKeyId))).toEqual([undefined]);
  });

  it('says which endpoint refuses the login', async () => {
    const life = new Life();
    life.ses.setFaults({ propagationDelay: Infinity });
    await expect(life.create()).rejects.toThrow(/setSecret: email-smtp\.eu-west-1\.amazonaws\.com:587 refused the login of access key AKIA\w+: 535 /);
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
  });
});
