import { expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { Scenario, withFleet } from '../scenario';

const DAY = 86_400_000;

/** As docs/operations.md advises: make the current key inactive, then rotate. */
it('a leaked credential is dead at once, every server gets another one, and its key is deleted a day later', async () => {
  const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True')) });
  const server = scenario.addNode('i-00000001');
  for (let rotation = 1; rotation <= 3; rotation++) await scenario.rotateWell();
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
