import { beforeEach, describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { FLEET, Life } from '../../lifecycle/life';
import { SimulatedNode } from '../../world/nodes';
import { Scenario, withFleet } from '../scenario';

let scenario: Scenario;
let server: SimulatedNode;

beforeEach(async () => {
  scenario = new Scenario({ props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')) });
  server = scenario.addNode('i-00000001');
  await scenario.rotateWell();
  await scenario.rotateWell();
});

/** What the function answers, or refuses with, when all that it has started has ended. */
async function revoke(accessKeyId?: string): Promise<string> {
  const { fn, world } = scenario;
  const answer = world.functionInvoker!(fn, { action: 'revoke', accessKeyId }).then(reply => JSON.stringify(reply), (error: Error) => error.message);
  const text = await answer;
  await world.rotation.idle();
  return text;
}

function statusOf(accessKeyId: string): string | undefined {
  return scenario.world.iam.findAccessKey(accessKeyId)?.status;
}

function keyAt(label: string): string {
  return String(scenario.value(label).username);
}

/** All that a revocation can change. */
function state() {
  const { secretArn, userName, world } = scenario;
  return {
    keys: world.iam.keysOf(userName).map(({ accessKeyId, status }) => [accessKeyId, status]),
    labels: world.secretsManager.labelsOf(secretArn),
    rotations: world.rotation.outcomes.length,
    held: server.heldCredential,
  };
}

describe('revoke', () => {
  it('of the current key makes it inactive and rotates, and called again it changes nothing', async () => {
    const leaked = keyAt('AWSCURRENT');
    await revoke(leaked);
    expect(statusOf(leaked)).toBe('Inactive');
    expect(keyAt('AWSCURRENT')).not.toBe(leaked);
    const before = state();
    expect(before.held?.username).toBe(keyAt('AWSCURRENT'));
    await revoke(leaked);
    expect(state()).toEqual(before);
    expect(statusOf(keyAt('AWSCURRENT'))).toBe('Active');
  });

  it('of the previous key makes that one inactive, and neither touches the current one nor rotates', async () => {
    const [leaked, current] = [keyAt('AWSPREVIOUS'), keyAt('AWSCURRENT')];
    const { rotations } = state();
    await revoke(leaked);
    expect([leaked, current].map(statusOf)).toEqual(['Inactive', 'Active']);
    expect(keyAt('AWSCURRENT')).toBe(current);
    expect(state()).toMatchObject({ rotations, held: { username: current } });
  });

  it('without a key refuses, names the keys, and changes nothing', async () => {
    const before = state();
    const answer = await revoke();
    for (const key of scenario.keys) expect(answer).toContain(key);
    expect(state()).toEqual(before);
  });

  it('of a key that the secret does not have refuses, and changes nothing', async () => {
    const before = state();
    const answer = await revoke('AKIAIOSFODNN7EXAMPLE');
    expect(answer).toContain('AKIAIOSFODNN7EXAMPLE');
    expect(state()).toEqual(before);
  });
});

describe('revoke of the current key, whose rotation takes minutes', () => {
  async function slow(): Promise<Life> {
    const life = new Life();
    const slowServer = life.addServer('i-00000001');
    await life.create(() => ({ mailServers: [FLEET] }));
    slowServer.startsAfter = 240_000;
    return life;
  }

  /** A call that fails has ended, too. */
  async function call({ fn, world }: Life, accessKeyId: string): Promise<void> {
    await world.functionInvoker!(fn, { action: 'revoke', accessKeyId }).catch(() => undefined);
  }

  it('returns within seconds, because a call through NAT is dropped after 350 s without traffic', async () => {
    const life = await slow();
    const start = life.clock.now();
    await call(life, life.currentKey);
    expect(life.clock.now() - start).toBeLessThan(30_000);
    await life.world.rotation.idle();
  });

  it('called again meanwhile, ends with the same rotation and no error', async () => {
    const life = await slow();
    const { fn, world } = life;
    const leaked = life.currentKey;
    const calls = [leaked, leaked].map(async (accessKeyId, index) => {
      await life.clock.sleep(index * 60_000);
      await world.functionInvoker!(fn, { action: 'revoke', accessKeyId });
    });
    await Promise.all(calls);
    await world.rotation.idle();
    expect(life.keysOf()).toEqual([leaked, life.currentKey]);
    expect(life.heldKeys).toEqual([life.currentKey]);
  });
});
