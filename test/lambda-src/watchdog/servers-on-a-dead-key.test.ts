import { beforeEach, describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { holderOf, Secret } from '../../world';
import { failsWith, SimulatedNode } from '../../world/nodes';
import { expectedPassword } from '../../world/services/ses-smtp';
import { Scenario, withFleet } from '../scenario';

const HOUR = 3_600_000;

let scenario: Scenario;
let servers: SimulatedNode[];

beforeEach(async () => {
  scenario = new Scenario({ props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')) });
  servers = ['i-00000001', 'i-00000002'].map(id => scenario.addNode(id));
  await scenario.rotateWell();
});

function secret(): Secret {
  return scenario.world.secretsManager.secret(scenario.secretArn);
}

/** The keys that servers hold and that SES does not take. */
function deadKeys(): string[] {
  const { ses, world: { region } } = scenario;
  const held = servers.map(({ heldCredential }) => heldCredential!);
  return held.filter(({ username, password }) => !ses.login(username, password, { region }).ok).map(({ username }) => username);
}

/** What the hourly runs fail with while three hours pass. */
async function complaints(): Promise<string> {
  const { eventRules } = scenario.world;
  await eventRules.pass(3 * HOUR);
  return eventRules.failures.map(failure => (failure as Error).message).join();
}

describe('the watchdog fails while servers hold a dead key', () => {
  it('because somebody went back to the previous version, and made the abandoned key inactive', async () => {
    await scenario.rotateWell();
    const [current, previous] = ['AWSCURRENT', 'AWSPREVIOUS'].map(label => holderOf(secret(), label)!.id);
    const abandoned = String(scenario.current.username);
    scenario.world.secretsManager.moveLabel(secret(), 'AWSCURRENT', { to: previous, from: current });
    scenario.world.iam.updateAccessKey(scenario.userName, abandoned, 'Inactive');
    expect(deadKeys()).toEqual([abandoned, abandoned]);
    expect(await complaints()).toContain(abandoned);
  });

  it('because somebody put another credential into the secret, and deleted the key of the one before', async () => {
    const before = String(scenario.current.username);
    const { iam, region, secretsManager } = scenario.world;
    const { accessKeyId: username, secretAccessKey } = iam.createAccessKey(scenario.userName);
    const password = expectedPassword(secretAccessKey, region);
    secretsManager.putByHand(scenario.secretArn, JSON.stringify({ ...scenario.current, username, password }));
    iam.deleteAccessKey(scenario.userName, before);
    expect(deadKeys()).toEqual([before, before]);
    expect(await complaints()).toContain(before);
  });

  async function deliverToOneOfTwo(): Promise<string> {
    servers[1].behaviour = failsWith('Failed');
    await scenario.rotate();
    const pending = String(scenario.value('AWSPENDING').username);
    scenario.world.iam.updateAccessKey(scenario.userName, pending, 'Inactive');
    expect(deadKeys()).toEqual([pending]);
    return pending;
  }

  it('because somebody made the key of a pending version inactive that one of them had taken', async () => {
    const pending = await deliverToOneOfTwo();
    expect(await complaints()).toContain(pending);
  });

  it('also when the next attempt has given that version up', async () => {
    const pending = await deliverToOneOfTwo();
    await scenario.rotate();
    expect(holderOf(secret(), 'AWSPENDING')).toBeUndefined();
    expect(deadKeys()).toEqual([pending]);
    expect(await complaints()).toContain(pending);
  });
});

describe('a key of another user that servers may hold, as after a deployment that was given up', () => {
  const VERSION = '0a1b2c3d-0000-4000-a000-000000000001';

  function deliverOfOtherUser(format: (username: string, password: string) => string): string {
    const { iam, region, secretsManager } = scenario.world;
    iam.createUser({ name: 'other' });
    const { accessKeyId, secretAccessKey } = iam.createAccessKey('other');
    const SecretString = format(accessKeyId, expectedPassword(secretAccessKey, region));
    secretsManager.putValue(secret(), VERSION, { SecretString }, [`SES_SMTP_DELIVERED_${VERSION}`]);
    return accessKeyId;
  }

  it('is nothing wrong while SES accepts it', async () => {
    deliverOfOtherUser((username, password) => `${username}:${password}`);
    expect(await complaints()).toBe('');
  });

  it('is reported when it has been deleted', async () => {
    const key = deliverOfOtherUser((username, password) => `${username}:${password}`);
    scenario.world.iam.deleteAccessKey('other', key);
    expect(await complaints()).toContain(key);
  });

  it('is reported when nobody can read it any more', async () => {
    deliverOfOtherUser(() => 'edited by hand');
    expect(await complaints()).toContain(VERSION);
  });
});
