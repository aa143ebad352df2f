import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { failsWith } from '../../world/nodes';
import { messageOf, Scenario, withFleet } from '../scenario';

const DAY = 86_400_000;
const props = withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True'));

function statusOf({ world, userName }: Scenario, accessKeyId: string): string | undefined {
  return world.iam.keysOf(userName).find(key => key.accessKeyId === accessKeyId)?.status;
}

async function rotated() {
  const scenario = new Scenario({ props });
  const server = scenario.addNode('i-00000001');
  await scenario.rotateWell();
  return { scenario, server };
}

describe('a leaked credential', () => {
  it('is refused at once, and every mail server has another one when the rotation has ended', async () => {
    const { scenario, server } = await rotated();
    const [leaked] = scenario.keys;
    const { password } = scenario.current as { password: string };
    expect(await scenario.revoke(leaked)).toEqual({ revoked: leaked });
    expect(scenario.current.username).not.toBe(leaked);
    expect(statusOf(scenario, leaked)).toBe('Inactive');
    expect(scenario.ses.login(leaked, password, { region: scenario.world.region }).ok).toBe(false);
    expect(server.heldCredential?.username).toBe(scenario.current.username);
    expect(scenario.actions.indexOf('UpdateAccessKey')).toBeLessThan(scenario.actions.indexOf('RotateSecret'));
  });

  it('is deleted a day later, like every previous one', async () => {
    const { scenario } = await rotated();
    const [leaked] = scenario.keys;
    await scenario.revoke(leaked);
    await scenario.world.eventRules.pass(26 * 3_600_000);
    expect(statusOf(scenario, leaked)).toBeUndefined();
    expect(scenario.world.eventRules.failures).toEqual([]);
  });

  it('does not come back if the rotation fails, and revoking it again rotates again', async () => {
    const { scenario } = await rotated();
    const [leaked] = scenario.keys;
    const broken = scenario.addNode('i-00000002', failsWith('Failed'));
    expect(await scenario.revoke(leaked)).toEqual({ revoked: leaked });
    expect(statusOf(scenario, leaked)).toBe('Inactive');
    expect(scenario.current.username).toBe(leaked);
    await expect(scenario.watch()).rejects.toThrow(`access key ${leaked} in AWSCURRENT is inactive`);
    broken.behaviour = scenario.applies();
    expect(await scenario.revoke(leaked)).toEqual({ revoked: leaked });
    expect(scenario.keys).toEqual([leaked, scenario.current.username]);
  });

  it('is revoked also while its version is pending, which makes way for the next rotation', async () => {
    const { scenario } = await rotated();
    scenario.addNode('i-00000002', failsWith('Failed'));
    await scenario.rotate();
    const [current, pending] = scenario.keys;
    expect(await scenario.revoke(pending)).toEqual({ revoked: pending });
    expect([current, pending].map(key => statusOf(scenario, key))).toEqual(['Active', 'Inactive']);
    expect(await messageOf(scenario)).toContain(`its access key ${pending} is inactive`);
  });

  it('must be there', async () => {
    const scenario = new Scenario();
    expect(await scenario.revoke()).toEqual({
      refused: 'no access key is named',
      todo: `the secret holds no access key of user "${scenario.userName}"; to make a credential: aws secretsmanager rotate-secret --secret-id ${scenario.secretArn}`,
    });
    expect(scenario.keys).toEqual([]);
  });

  it('is said to be inactive if no rotation can be started', async () => {
    const { scenario } = await rotated();
    const [leaked] = scenario.keys;
    scenario.world.secretsManager.secret(scenario.secretArn).rotation = undefined;
    await expect(scenario.revoke(leaked)).rejects.toThrow('the key may be inactive already; invoke the function again');
    expect(statusOf(scenario, leaked)).toBe('Inactive');
  });
});

describe('a refusal to revoke', () => {
  it('names the keys with what they are, and what to do', async () => {
    const { scenario } = await rotated();
    await scenario.rotateWell();
    const [previous, current] = scenario.keys;
    scenario.world.iam.updateAccessKey(scenario.userName, previous, 'Inactive');
    expect(await scenario.revoke()).toEqual({
      refused: 'no access key is named',
      todo: 'invoke the function with {"action":"revoke","accessKeyId":"AKIA…"} and the key that has leaked; '
        + `the keys of this secret are ${previous} (AWSPREVIOUS, inactive) and ${current} (AWSCURRENT, active); `
        + `for another key of the user: aws iam update-access-key --user-name ${scenario.userName} --access-key-id … --status Inactive`,
    });
  });

  it.each<[unknown]>([['bad+secret/key'], [42], [null]])('does not repeat what cannot be the id of a key: %j', async named => {
    const { scenario } = await rotated();
    expect(await scenario.revoke(named)).toMatchObject({ refused: 'the value of accessKeyId is no key of this secret' });
  });
});

it('a leaked credential that somebody makes inactive before a rotation is dead at once, every server gets another one, and its key is deleted a day later', async () => {
  const { scenario, server } = await rotated();
  for (let rotation = 2; rotation <= 3; rotation++) await scenario.rotateWell();
  const { username, password } = scenario.current as { username: string; password: string };
  scenario.world.iam.updateAccessKey(scenario.userName, username, 'Inactive');
  expect(scenario.ses.login(username, password, { region: 'eu-west-1' })).toMatchObject({ ok: false, code: 535 });
  await expect(scenario.watch()).rejects.toThrow(`access key ${username} in AWSCURRENT is inactive`);
  await scenario.rotateWell();
  expect(server.heldCredential?.username).toBe(scenario.current.username);
  expect(scenario.keys).toEqual([username, scenario.current.username]);
  await scenario.world.eventRules.pass(DAY + DAY / 24);
  expect(scenario.keys).toEqual([scenario.current.username]);
  expect(scenario.world.eventRules.failures).toEqual([]);
});
