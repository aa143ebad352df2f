import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { isDeliveryLabel } from '../../../lambda-src/secret/labels';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { holderOf, Secret } from '../../world';
import { Scenario, withFleet } from '../scenario';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Two rotations: AWSPREVIOUS has the first key. */
async function rotatedTwice(gracePeriod?: Duration): Promise<Scenario> {
  const scenario = new Scenario({ props: () => ({ gracePeriod }) });
  await scenario.rotateWell();
  await scenario.rotateWell();
  return scenario;
}

function secretOf(scenario: Scenario): Secret {
  return scenario.world.secretsManager.secret(scenario.secretArn);
}

/** Somebody makes the previous version current. */
function putBack(scenario: Scenario): void {
  const secret = secretOf(scenario);
  const [from, to] = ['AWSCURRENT', 'AWSPREVIOUS'].map(label => holderOf(secret, label)!.id);
  scenario.world.secretsManager.moveLabel(secret, 'AWSCURRENT', { from, to });
}

function statusOf(scenario: Scenario, key: string): string | undefined {
  return scenario.world.iam.findAccessKey(key)?.status;
}

function graceLabels(scenario: Scenario): string[] {
  return Object.values(scenario.world.secretsManager.labelsOf(scenario.secretArn)).flat().filter(label => /UNUSED|INACTIVE/.test(label));
}

describe('the previous key', () => {
  it('works for the grace period, is inactive for a day, and is deleted then', async () => {
    const scenario = await rotatedTwice();
    const [first, second] = scenario.keys;
    await scenario.world.eventRules.pass(DAY);
    expect(statusOf(scenario, first)).toBe('Active');
    await scenario.world.eventRules.pass(HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
    await scenario.world.eventRules.pass(23 * HOUR);
    expect(scenario.keys).toEqual([first, second]);
    await scenario.world.eventRules.pass(HOUR);
    expect(scenario.keys).toEqual([second]);
    expect(graceLabels(scenario)).toEqual([]);
    expect(scenario.world.eventRules.failures).toEqual([]);
    expect(scenario.logs.filter(line => line.includes('previous')).map(line => (JSON.parse(line) as Record<string, unknown>))).toEqual([
      { level: 'INFO', secretArn: scenario.secretArn, step: 'watchdog', message: 'previous access key deactivated', accessKeyId: first },
      { level: 'INFO', secretArn: scenario.secretArn, step: 'watchdog', message: 'previous access key deleted', accessKeyId: first },
    ]);
  });

  it('works for another grace period', async () => {
    const scenario = await rotatedTwice(Duration.hours(3));
    const [first] = scenario.keys;
    await scenario.world.eventRules.pass(3 * HOUR);
    expect(statusOf(scenario, first)).toBe('Active');
    await scenario.world.eventRules.pass(HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
  });

  it('is made inactive by the rotation itself when there is no grace, and deleted by the watchdog', async () => {
    const scenario = await rotatedTwice(Duration.seconds(0));
    const [first, second] = scenario.keys;
    expect([statusOf(scenario, first), statusOf(scenario, second)]).toEqual(['Inactive', 'Active']);
    await scenario.world.eventRules.pass(DAY);
    expect(scenario.keys).toEqual([second]);
  });

  it('makes way for the next rotation before its grace has ended', async () => {
    const scenario = await rotatedTwice();
    const [first, second] = scenario.keys;
    await scenario.watch();
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([second, scenario.current.username]);
    expect(statusOf(scenario, first)).toBeUndefined();
    await scenario.watch();
    expect(graceLabels(scenario)).toEqual([expect.stringContaining(holderOf(secretOf(scenario), 'AWSPREVIOUS')!.id)]);
  });

  it('gets its grace from the moment in which the watchdog saw it, however long that did not run', async () => {
    const scenario = await rotatedTwice();
    const [first] = scenario.keys;
    await scenario.clock.sleep(10 * DAY);
    await scenario.watch();
    expect(statusOf(scenario, first)).toBe('Active');
    await scenario.clock.sleep(DAY - 1);
    await scenario.watch();
    expect(statusOf(scenario, first)).toBe('Active');
    await scenario.clock.sleep(1);
    await scenario.watch();
    expect(statusOf(scenario, first)).toBe('Inactive');
  });

  it('gets its grace anew when somebody made it active again', async () => {
    const scenario = await rotatedTwice();
    const [first] = scenario.keys;
    await scenario.world.eventRules.pass(26 * HOUR);
    scenario.world.iam.updateAccessKey(scenario.userName, first, 'Active');
    await scenario.world.eventRules.pass(DAY);
    expect(statusOf(scenario, first)).toBe('Active');
    expect(scenario.logs.filter(line => line.includes('its grace period starts again'))).toHaveLength(1);
    await scenario.world.eventRules.pass(HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
  });

  it('is deleted a day after somebody made it inactive by hand', async () => {
    const scenario = await rotatedTwice();
    const [first, second] = scenario.keys;
    scenario.world.iam.updateAccessKey(scenario.userName, first, 'Inactive');
    await scenario.world.eventRules.pass(DAY);
    expect(scenario.keys).toEqual([first, second]);
    await scenario.world.eventRules.pass(HOUR);
    expect(scenario.keys).toEqual([second]);
  });

  it('stays when it is current again, and has no grace behind it', async () => {
    const scenario = await rotatedTwice();
    const [first, second] = scenario.keys;
    await scenario.watch();
    putBack(scenario);
    await scenario.world.eventRules.pass(3 * DAY);
    expect(statusOf(scenario, first)).toBe('Active');
    expect(statusOf(scenario, second)).toBeUndefined();
    expect(graceLabels(scenario)).toEqual([]);
  });

  it.each([['made inactive', 1, 'Active'], ['deleted', 2, 'Inactive']])('stays when somebody made it current just before it was to be %s', async (_what, runs, status) => {
    const scenario = await rotatedTwice();
    const [first] = scenario.keys;
    for (let run = 1; run <= runs; run++) {
      await scenario.watch();
      await scenario.clock.sleep(DAY);
    }
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionStage === 'AWSCURRENT') putBack(scenario);
      return proceed();
    };
    // Whether the credential that is current now works is another matter.
    await scenario.watch().catch(() => undefined);
    expect(statusOf(scenario, first)).toBe(status);
    expect(scenario.current.username).toBe(first);
  });

  it('stays when its value stands in the current version as well', async () => {
    const scenario = await rotatedTwice();
    const [first] = scenario.keys;
    scenario.world.secretsManager.putByHand(scenario.secretArn, JSON.stringify({ ...scenario.value('AWSPREVIOUS'), note: 'back again' }));
    await scenario.world.eventRules.pass(3 * DAY);
    expect(statusOf(scenario, first)).toBe('Active');
  });

  it('stays with a version that somebody labelled', async () => {
    const scenario = await rotatedTwice();
    const [first] = scenario.keys;
    const secret = secretOf(scenario);
    scenario.world.secretsManager.moveLabel(secret, 'blue', { to: holderOf(secret, 'AWSPREVIOUS')!.id });
    await scenario.world.eventRules.pass(3 * DAY);
    expect(statusOf(scenario, first)).toBe('Active');
  });

  it('stays while a mail server may hold it', async () => {
    const tagged = MailServerTargets.tag('EmailServers', 'True');
    const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, tagged) });
    const server = scenario.addNode('i-00000001');
    await scenario.rotateWell();
    const secret = secretOf(scenario);
    scenario.world.secretsManager.putByHand(scenario.secretArn, JSON.stringify({ note: 'an edit' }));
    await scenario.world.eventRules.pass(3 * DAY);
    expect(statusOf(scenario, server.heldCredential!.username)).toBe('Active');
    expect(holderOf(secret, 'AWSPREVIOUS')?.labels.size).toBe(2);
  });

  it('stays while no mail server has confirmed the current version, as after an import', async () => {
    const tagged = MailServerTargets.tag('EmailServers', 'True');
    const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, tagged) });
    scenario.addNode('i-00000001');
    await scenario.rotateWell();
    await scenario.rotateWell();
    const [first] = scenario.keys;
    const { labels } = holderOf(secretOf(scenario), 'AWSCURRENT')!;
    for (const label of [...labels].filter(isDeliveryLabel)) labels.delete(label);
    await scenario.world.eventRules.pass(3 * DAY);
    expect(statusOf(scenario, first)).toBe('Active');
  });

  it('is retired as any other after the last fleet was taken out', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    holderOf(secretOf(scenario), 'AWSCURRENT')!.labels.add('SES_SMTP_DELIVERED_before');
    await scenario.rotateWell();
    const [first] = scenario.keys;
    await scenario.world.eventRules.pass(30 * HOUR);
    expect(statusOf(scenario, first)).toBe('Inactive');
    expect(Object.values(scenario.world.secretsManager.labelsOf(scenario.secretArn)).flat().filter(isDeliveryLabel)).toEqual([]);
  });

  it('is gone without harm when another caller deletes it first', async () => {
    const scenario = await rotatedTwice();
    const [first, second] = scenario.keys;
    await scenario.watch();
    await scenario.clock.sleep(DAY);
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'UpdateAccessKey') scenario.world.iam.deleteAccessKey(scenario.userName, first);
      return proceed();
    };
    await scenario.watch();
    expect(scenario.keys).toEqual([second]);
    // For a day, it could be another user that takes over, and may not.
    await scenario.watch();
    expect(graceLabels(scenario)).not.toEqual([]);
    await scenario.clock.sleep(DAY);
    await scenario.watch();
    expect(graceLabels(scenario)).toEqual([]);
  });
});
