import { Duration } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { Scenario, withFleet } from '../scenario';

const MINUTE = 60_000;

it('a push that takes longer than one invocation, and goes well, fails no invocation, because the alarm counts these', async () => {
  const fleet = { document: CredentialDocument.shellScript('true'), timeout: Duration.hours(1) };
  const scenario = new Scenario({ props: withFleet(fleet, MailServerTargets.tag('EmailServers', 'True')) });
  const server = scenario.addNode('i-00000001');
  await scenario.rotateWell();
  const invoke = scenario.world.functionInvoker!;
  const errors: string[] = [];
  scenario.world.functionInvoker = async (fn, event) => invoke(fn, event).catch((error: Error) => {
    errors.push(error.message);
    throw error;
  });
  server.startsAfter = 20 * MINUTE;
  const { succeeded } = await scenario.rotate({ maxAttempts: 5 });
  expect(succeeded).toBe(true);
  expect(server.heldCredential?.username).toBe(scenario.current.username);
  expect(errors).toEqual([]);
});
