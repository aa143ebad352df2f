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
    expect(failureOf(await scenario.rotate())?.message).toContain('1 of 2 mail servers did not take the credential');
    cleanUp(scenario);
  }
  servers[1].behaviour = scenario.applies();
  await scenario.rotateWell();
  expect(servers.map(({ heldCredential }) => heldCredential?.username)).toEqual([scenario.current.username, scenario.current.username]);
});
