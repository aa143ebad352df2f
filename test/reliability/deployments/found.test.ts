import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { expect, it, vi } from 'vitest';
import { deploy, singles } from './campaign';
import { CHANGES } from './changes';
import { CANCELLED, SERVER_OFFLINE } from './faults';
import { troubles } from './health';
import { Site } from './site';
import { CredentialFormat, MailServerTargets, CredentialDocument } from '../../../src';
import { Scenario, withFleet } from '../../lambda-src/scenario';
import { failingLater, FLEET, living, withProps } from '../../lifecycle/life';
import { failsWith } from '../../world/nodes';
import { describeViolation, Violation } from '../promises';

vi.setConfig({ testTimeout: 120_000 });

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

it('a rollback that restores the schedule leaves the key of before the deployment its full grace', async () => {
  const life = await living();
  const before = life.currentKey;
  const change = withProps({ schedule: Schedule.rate(Duration.days(10)), credentialFormat: CredentialFormat.usernameColonPassword() });
  await expect(life.update(failingLater(change))).rejects.toThrow('Taken');
  expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  await life.world.rotation.idle();
  await life.world.eventRules.pass(23 * HOUR);
  expect(life.world.iam.findAccessKey(before)?.status).toBe('Active');
});

it('another id of the construct that is rolled back leaves every server with a credential that works', async () => {
  const life = await living();
  life.servers[1].behaviour = failsWith('Failed');
  await expect(life.update(withProps(), 'Renamed')).rejects.toThrow('1 of 2 mail servers');
  expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  expect([...life.refusals]).toEqual([]);
  expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
});

it('the watchdog of the former construct reports servers whose credential went with a construct that was given up', async () => {
  const life = await living();
  life.servers[1].behaviour = failsWith('Failed');
  await expect(life.update(withProps(), 'Renamed')).rejects.toThrow('1 of 2 mail servers');
  await life.world.eventRules.pass(3 * HOUR);
  const isRefused = life.heldKeys.some(key => key && !life.world.iam.findAccessKey(key));
  expect(isRefused && life.world.eventRules.failures.length === 0).toBe(false);
});

it('a deployment that is cancelled while a rotation ends can be deployed again', async () => {
  const change = CHANGES.find(({ name }) => name === 'another schedule and another format')!;
  const site = new Site(change, { propagationDelay: 200_000 });
  await site.settle();
  // Just before SES takes the new key: two invocations, the deployment's and Secrets Manager's, then give it to the servers.
  const isNearlyKnown = () => site.clock.now() - site.world.iam.issuedKeys.at(-1)!.createDate.getTime() > 190_000;
  site.mishapAt = ({ kind, step }) => kind === 'pause' && step === 'Update' && isNearlyKnown() ? CANCELLED : undefined;
  await site.deploy();
  site.calmDown();
  expect(site.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  await site.clock.sleep(12 * HOUR);
  await site.update(change.to!);
  expect([site.status, ...site.stack.events.filter(({ status }) => status === 'UPDATE_FAILED').slice(1)]).toEqual(['UPDATE_COMPLETE']);
  await site.end();
});

it('an update that failed because a server was switched off can be deployed again', async () => {
  const life = await living();
  life.servers[0].online = false;
  const change = withProps({ mailServers: [{ ...FLEET, timeout: Duration.minutes(2) }], credentialFormat: CredentialFormat.usernameColonPassword() });
  await expect(life.update(change)).rejects.toThrow('mail servers');
  expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  life.servers[0].online = true;
  await life.world.rotation.idle();
  await life.clock.sleep(DAY);
  await life.update(change);
  expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_COMPLETE' });
});

it('the watchdog calls no key deleted that belongs to the user of a deployment that was given up', async () => {
  const change = CHANGES.find(({ name }) => name === 'an imported user')!;
  const broken: Violation[] = [];
  for await (const { violations } of singles(change, [SERVER_OFFLINE])) broken.push(...violations);
  expect(broken.map(describeViolation)).toEqual([]);
});

it('an update that cannot look at the keys says in which step', async () => {
  const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')) });
  scenario.addNode('i-00000001');
  await scenario.rotateWell();
  const PhysicalResourceId = `${scenario.secretArn} ${scenario.userName} 1970-01-01T00:00:00.000Z`;
  scenario.world.intercept = async ({ action }, proceed) => {
    if (action === 'ListAccessKeys') throw new Error('socket hang up');
    return proceed();
  };
  const { Reason } = await scenario.request({ RequestType: 'Update', PhysicalResourceId, OldResourceProperties: scenario.credentialProperties });
  expect(Reason).toMatch(/^waitForRotation: /);
});

it('the watchdog calls no rotation stuck that has begun a moment ago and stored no value yet', async () => {
  const scenario = new Scenario();
  await scenario.rotateWell();
  await scenario.clock.sleep(10 * DAY);
  scenario.world.intercept = async ({ action }, proceed) => {
    if (action === 'ListAccessKeys') throw new Error('socket hang up');
    return proceed();
  };
  await scenario.rotate();
  scenario.world.intercept = undefined;
  await expect(scenario.watch()).resolves.toBeUndefined();
});

it('the watchdog, running while another user takes over, does not forget the key of the rotation before the last one', async () => {
  const site = new Site(CHANGES.find(({ name }) => name === 'another name of the user')!, { rotatedJustNow: true });
  await site.settle();
  site.mishapAt = ({ step }) => step === 'finishSecret' ? CANCELLED : undefined;
  await site.deploy();
  site.calmDown();
  expect([site.status, ...troubles(site)]).toEqual(['UPDATE_ROLLBACK_COMPLETE']);
  await site.end();
});

it('another secret that somebody made before does not cost the current key of the user', async () => {
  const { violations } = await deploy(CHANGES.find(({ name }) => name === 'an imported secret')!, new Map());
  expect(violations.map(describeViolation)).toEqual([]);
});
