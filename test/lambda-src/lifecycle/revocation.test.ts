import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { failsWith } from '../../world/nodes';
import { Scenario, seeAlso, withFleet } from '../scenario';

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
  it('is refused at once, and another one is on the mail servers when the invocation returns, which says so', async () => {
    const { scenario, server } = await rotated();
    const [leaked] = scenario.keys;
    const { password } = scenario.current as { password: string };
    expect(await scenario.revoke()).toEqual({ revoked: leaked, current: scenario.current.username });
    expect(scenario.current.username).not.toBe(leaked);
    expect(statusOf(scenario, leaked)).toBe('Inactive');
    expect(scenario.ses.login(leaked, password, { region: scenario.world.region }).ok).toBe(false);
    expect(server.heldCredential?.username).toBe(scenario.current.username);
    expect(scenario.actions.indexOf('UpdateAccessKey')).toBeLessThan(scenario.actions.indexOf('RotateSecret'));
  });

  it('is not taken for a current one that works, however long IAM goes on saying that it is active', async () => {
    const { scenario } = await rotated();
    const [leaked] = scenario.keys;
    scenario.world.intercept = async (call, proceed) => call.action === 'UpdateAccessKey' ? {} : proceed();
    expect(await scenario.revoke()).toMatchObject({ revoked: leaked, current: scenario.current.username });
    expect(scenario.current.username).not.toBe(leaked);
  });

  it('is deleted a day later, like every previous one', async () => {
    const { scenario } = await rotated();
    const [leaked] = scenario.keys;
    await scenario.revoke();
    await scenario.world.eventRules.pass(26 * 3_600_000);
    expect(statusOf(scenario, leaked)).toBeUndefined();
    expect(scenario.world.eventRules.failures).toEqual([]);
  });

  it('does not come back if the rotation fails, and the error says why that failed', async () => {
    const { scenario } = await rotated();
    const [leaked] = scenario.keys;
    scenario.addNode('i-00000002', failsWith('Failed'));
    await expect(scenario.revoke()).rejects.toThrow(/^setSecret: 1 of 2 mail servers did not take the credential /);
    expect(statusOf(scenario, leaked)).toBe('Inactive');
  });

  it('must be there', async () => {
    const scenario = new Scenario();
    await expect(scenario.revoke()).rejects.toThrow(`revoke: AWSCURRENT holds no access key of user "${scenario.userName}": there is nothing to revoke; `
      + `to make a credential: aws secretsmanager rotate-secret --secret-id ${scenario.secretArn}${seeAlso('a-leaked-credential')}`);
    expect(scenario.keys).toEqual([]);
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
