import { expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { holderOf } from '../../world';
import { failsWith } from '../../world/nodes';
import { failureOf, Scenario, withFleet } from '../scenario';

/** More than a secret may have labels. */
const FAILURES = 25;

/** A person takes the pending label and its key away, as for a rotation that is stuck. */
function cleanUp(scenario: Scenario): void {
  const { secretArn, userName, world: { iam, secretsManager } } = scenario;
  const secret = secretsManager.secret(secretArn);
  iam.deleteAccessKey(userName, String(scenario.value('AWSPENDING').username));
  secretsManager.moveLabel(secret, 'AWSPENDING', { from: holderOf(secret, 'AWSPENDING')!.id });
}

it('any number of rotations can fail over one server, and be cleaned up by hand: when it is back, the next one succeeds', async () => {
  const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')) });
  const servers = ['i-00000001', 'i-00000002'].map(id => scenario.addNode(id));
  await scenario.rotateWell();
  servers[1].behaviour = failsWith('Failed');
  for (let rotation = 1; rotation <= FAILURES; rotation++) {
    expect(failureOf(await scenario.rotate())?.message).toContain('1 of 2 mail servers did not apply the credential');
    cleanUp(scenario);
  }
  servers[1].behaviour = scenario.applies();
  await scenario.rotateWell();
  expect(servers.map(({ heldCredential }) => heldCredential?.username)).toEqual([scenario.current.username, scenario.current.username]);
});

it('the latest version whose key is gone keeps its label, so that the watchdog goes on failing until servers have another credential', async () => {
  const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')) });
  const servers = ['i-00000001', 'i-00000002'].map(id => scenario.addNode(id));
  await scenario.rotateWell();
  servers[1].behaviour = failsWith('Failed');
  for (let rotation = 1; rotation <= 3; rotation++) {
    await scenario.rotate();
    cleanUp(scenario);
  }
  servers[0].behaviour = failsWith('Failed');
  const held = servers[0].heldCredential?.username;
  await scenario.rotate();
  cleanUp(scenario);
  await scenario.clock.sleep(3_600_000);
  await expect(scenario.watch()).rejects.toThrow(`mail servers may hold a credential whose access key is inactive or deleted: ${held} (version `);
  for (const server of servers) server.behaviour = scenario.applies();
  await scenario.rotateWell();
  await scenario.watch();
});
