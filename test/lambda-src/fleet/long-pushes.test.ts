import { Duration } from 'aws-cdk-lib';
import { beforeEach, describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { failsWith, SimulatedNode } from '../../world/nodes';
import { failureOf, Scenario, withFleet } from '../scenario';

const MINUTE = 60_000;

let scenario: Scenario;
let server: SimulatedNode;
/** What invocations failed with: the alarm counts these. */
let errors: string[];

beforeEach(() => {
  const fleet = { document: CredentialDocument.shellScript('true'), timeout: Duration.hours(1) };
  scenario = new Scenario({ props: withFleet(fleet, MailServerTargets.tag('EmailServers', 'True')) });
  server = scenario.addNode('i-00000001');
  errors = [];
  const invoke = scenario.world.functionInvoker!;
  scenario.world.functionInvoker = async (fn, event) => invoke(fn, event).catch((error: Error) => {
    errors.push(error.message);
    throw error;
  });
});

describe('a push that takes longer than one invocation', () => {
  it.each([20, 35])('and goes well, in %i minutes, fails no invocation', async minutes => {
    await scenario.rotateWell();
    server.startsAfter = minutes * MINUTE;
    const { succeeded } = await scenario.rotate({ maxAttempts: 5 });
    expect(succeeded).toBe(true);
    expect(server.heldCredential?.username).toBe(scenario.current.username);
    expect(errors).toEqual([]);
    expect(scenario.logs.join()).toContain('mail servers need more time: the next step keeps waiting for them');
  });

  it.each([[20, 'testSecret'], [35, 'finishSecret']])('and fails after %i minutes fails %s, and promotes nothing', async (minutes, step) => {
    await scenario.rotateWell();
    const before = scenario.current;
    server.startsAfter = minutes * MINUTE;
    server.behaviour = failsWith('disk full');
    expect(failureOf(await scenario.rotate())?.message).toMatch(new RegExp(`^${step}: 1 of 1 mail servers did not apply the credential`));
    expect(scenario.current).toEqual(before);
  });

  it('is waited for by setSecret alone in the first rotation, because no label tells the next step to', async () => {
    server.startsAfter = 20 * MINUTE;
    const { attempts, succeeded } = await scenario.rotate({ maxAttempts: 2 });
    expect(attempts[0].map(({ step }) => step)).toEqual(['createSecret', 'setSecret']);
    expect(succeeded).toBe(true);
    expect(errors).toHaveLength(1);
  });

  it('does not make a version current that was taken out of its rotation meanwhile', async () => {
    await scenario.rotateWell();
    const before = scenario.current;
    server.startsAfter = 20 * MINUTE;
    const { secretArn, world: { secretsManager } } = scenario;
    scenario.world.intercept = async (call, proceed) => {
      const secret = secretsManager.secret(secretArn);
      const pending = [...secret.versions.values()].find(({ labels }) => labels.has('AWSPENDING'));
      if (call.action === 'ListCommandInvocations' && pending && server.heldCredential?.username !== before.username) pending.labels.delete('AWSPENDING');
      return proceed();
    };
    expect(failureOf(await scenario.rotate())?.message).toContain('this rotation was canceled or overtaken');
    expect(scenario.current).toEqual(before);
  });
});
