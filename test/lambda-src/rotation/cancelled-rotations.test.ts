import { Duration } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { holderOf } from '../../world';
import { failureOf, Scenario, withFleet } from '../scenario';

const MINUTE = 60_000;
const TOKEN = '0000000a-0000-4000-8000-000000000001';

/**
 * The servers hold another version than the current one, so that they get the current one back before its key goes: which takes
 * this server ten minutes.
 */
async function slowHandBack(): Promise<Scenario> {
  const fleet = { document: CredentialDocument.shellScript('true'), timeout: Duration.hours(1) };
  const scenario = new Scenario({ props: withFleet(fleet, MailServerTargets.tag('EmailServers', 'True')) });
  const server = scenario.addNode('i-00000001');
  await scenario.rotateWell();
  await scenario.rotateWell();
  const { secretsManager } = scenario.world;
  const secret = secretsManager.secret(scenario.secretArn);
  secretsManager.moveLabel(secret, 'AWSCURRENT', { to: holderOf(secret, 'AWSPREVIOUS')!.id, from: holderOf(secret, 'AWSCURRENT')!.id });
  server.startsAfter = 10 * MINUTE;
  return scenario;
}

it('createSecret makes no key and attaches no label after its rotation was cancelled while servers got the current credential back', async () => {
  const scenario = await slowHandBack();
  const { keys } = scenario;
  scenario.clock.after(5 * MINUTE, () => {
    const { secretsManager } = scenario.world;
    const secret = secretsManager.secret(scenario.secretArn);
    secretsManager.cancelRotation(secret);
    secretsManager.moveLabel(secret, 'AWSPENDING', { from: TOKEN });
  });
  const error = failureOf(await scenario.rotate({ token: TOKEN }));
  expect(scenario.world.secretsManager.labelsOf(scenario.secretArn)).not.toHaveProperty(TOKEN);
  expect(scenario.keys).toEqual(keys);
  expect(error?.message).toContain('canceled or overtaken');
});

it('setSecret gives servers nothing after its rotation was cancelled while it waited for SES', async () => {
  const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')) });
  const server = scenario.addNode('i-00000001');
  scenario.ses.setFaults({ propagationDelay: MINUTE });
  scenario.clock.after(MINUTE / 2, () => {
    const { secretsManager } = scenario.world;
    secretsManager.moveLabel(secretsManager.secret(scenario.secretArn), 'AWSPENDING', { from: TOKEN });
  });
  expect(failureOf(await scenario.rotate({ token: TOKEN }))?.message).toContain('setSecret: version ' + TOKEN + ' is neither AWSPENDING nor AWSCURRENT');
  expect(server.heldCredential).toBeUndefined();
  expect(scenario.actions).not.toContain('SendCommand');
  expect(scenario.world.secretsManager.labelsOf(scenario.secretArn)).not.toHaveProperty(TOKEN);
});
