import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { User } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, CredentialFormat, MailServerTargets, SmtpEndpoint } from '../../../src';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { DefineProps, failingLater, FLEET, Life } from '../../lifecycle/life';
import { failsWith, NodeBehaviour } from '../../world/nodes';
import { Scenario, withFleet } from '../scenario';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Properties = Record<string, unknown>;

const withProps = (props: ReturnType<DefineProps> = {}): DefineProps => () => ({ mailServers: [FLEET], ...props });

/** A stack with a server, some days after its last rotation. */
async function living(): Promise<Life> {
  const life = new Life();
  life.addServer('i-00000001');
  await life.create(withProps());
  await life.clock.sleep(10 * 24 * HOUR);
  return life;
}

function credentialOf({ stack }: Life) {
  return Object.entries(stack.deployment.resources).find(([, { type }]) => type === 'Custom::SesSmtpCredential')!;
}

/** CloudFormation calls the function, and may or may not wait for its answer, with which this resolves. */
async function update(life: Life, now: Properties, before: Properties): Promise<{ readonly Status: string }> {
  const { customResources, functionInvoker } = life.world;
  const RequestId = crypto.randomUUID();
  const ResponseURL = customResources.urls.create(RequestId);
  const [LogicalResourceId, { ref: PhysicalResourceId }] = credentialOf(life);
  await functionInvoker!(life.fn, {
    RequestType: 'Update', ResponseURL, RequestId, StackId: life.stack.stackId, LogicalResourceId, PhysicalResourceId, ResourceProperties: now, OldResourceProperties: before,
  });
  return JSON.parse(customResources.urls.answerAt(ResponseURL)!) as { readonly Status: string };
}

/**
 * An update to another region, which CloudFormation cancels after a while because another resource has failed: it restores the
 * function, and calls it again two seconds later, without waiting for the answer to the first call.
 */
async function cancelledUpdate(life: Life, cancelledAfter: number, meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
  const before = life.fn.environment[CONFIG_VARIABLE];
  const properties = credentialOf(life)[1].properties as Properties;
  const otherRegion = { ...properties, Credential: String(properties.Credential).replaceAll('eu-west-1', 'eu-central-1') };
  expect(otherRegion).not.toEqual(properties);
  const config = { ...life.config, endpoint: { ...life.config.endpoint, host: 'email-smtp.eu-central-1.amazonaws.com', region: 'eu-central-1' } };
  life.fn.environment[CONFIG_VARIABLE] = JSON.stringify(config);
  const first = update(life, otherRegion, properties);
  await life.clock.sleep(cancelledAfter);
  life.fn.environment[CONFIG_VARIABLE] = before;
  await life.clock.sleep(2 * SECOND);
  expect(await update(life, properties, otherRegion)).toMatchObject({ Status: 'SUCCESS' });
  await meanwhile();
  await first;
  await life.world.rotation.idle();
}

/** Takes what is as before the update, and nothing else. */
function takesOnlyJsonForTheRegion(life: Life): NodeBehaviour {
  return async (execution, node) => {
    const [versionId] = execution.parameters.VersionId;
    const value = life.secret.versions.get(versionId)?.value?.SecretString ?? '';
    return (value.includes('"region":"eu-west-1"') ? life.applies() : failsWith('Failed'))(execution, node);
  };
}

function madeKeys({ world }: Life): number {
  return world.iam.issuedKeys.length;
}

describe('an update that was cancelled', () => {
  it('rotates once more at the most, leaves the key of before its full grace, and lets the stack be updated and deleted', async () => {
    const life = await living();
    const [before, made] = [life.currentKey, madeKeys(life)];
    await cancelledUpdate(life, 10 * SECOND);
    expect(madeKeys(life) - made).toBeLessThanOrEqual(1);
    await life.world.eventRules.pass(23 * HOUR);
    expect(life.world.iam.findAccessKey(before)?.status).toBe('Active');
    expect([...life.refusals]).toEqual([]);
    await life.update(withProps({ gracePeriod: Duration.hours(2) }));
    await life.stack.delete();
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'DELETE_COMPLETE' });
  });

  it('does not give up a rotation of the configuration that is in force again', async () => {
    const life = await living();
    life.servers[0].startsAfter = 4 * MINUTE;
    const before = life.currentKey;
    await cancelledUpdate(life, 10 * SECOND, async () => life.rotate());
    expect(life.currentKey).not.toBe(before);
    expect(life.heldKeys).toEqual([life.currentKey]);
    expect([...life.refusals]).toEqual([]);
  });

  it('neither promotes nor gives to servers what was made for a configuration that is no longer in force', async () => {
    const life = await living();
    const held = life.heldKeys;
    life.ses.setFaults({ propagationDelay: 200 * SECOND });
    await cancelledUpdate(life, 40 * SECOND);
    expect(life.world.secretsManager.valueOf(life.secret.arn)).toContain('"region":"eu-west-1"');
    expect(life.heldKeys).toEqual(held);
    expect([...life.refusals]).toEqual([]);
  });
});

describe('an update that had rotated when it was rolled back', () => {
  it.each<[string, ReturnType<DefineProps>]>([
    ['format', { credentialFormat: CredentialFormat.usernameColonPassword() }],
    ['region', { endpoint: SmtpEndpoint.regional({ region: 'eu-central-1' }) }],
  ])('to another %s leaves the key of before its full grace', async (_what, props) => {
    const life = await living();
    const before = life.currentKey;
    await expect(life.update(failingLater(withProps(props)))).rejects.toThrow('Taken');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    // A password for the other region is refused where these servers send, until the rollback has come to its end.
    life.refusals.clear();
    await life.world.eventRules.pass(23 * HOUR);
    expect(life.world.iam.findAccessKey(before)?.status).toBe('Active');
    expect(life.heldKeys).toEqual([life.currentKey]);
    expect([...life.refusals]).toEqual([]);
  });
});

describe('a deployment', () => {
  it('does not rotate a second time because SES refuses some logins just after the promotion', async () => {
    const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')) });
    scenario.addNode('i-00000001');
    const { clock, ses } = scenario;
    scenario.clock.after(5 * SECOND, async () => {
      await scenario.rotate();
      const [promotedAt, login] = [clock.now(), ses.login.bind(ses)];
      ses.login = (...call) => clock.now() < promotedAt + MINUTE ? { ok: false, code: 535, message: 'Authentication Credentials Invalid' } : login(...call);
    });
    expect(await scenario.request({ RequestType: 'Create' })).toMatchObject({ Status: 'SUCCESS' });
    await scenario.world.rotation.idle();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it.each<[string, ReturnType<DefineProps>]>([
    ['format', { credentialFormat: CredentialFormat.usernameColonPassword() }],
    ['region', { endpoint: SmtpEndpoint.regional({ region: 'eu-central-1' }) }],
  ])('with another schedule and another %s whose rotation fails is rolled back, and the stack can be updated and deleted', async (_what, props) => {
    const life = await living();
    const before = life.currentKey;
    life.addServer('i-00000002', takesOnlyJsonForTheRegion(life)).heldCredential = { ...life.servers[0].heldCredential! };
    await expect(life.update(withProps({ ...props, schedule: Schedule.rate(Duration.days(10)) }))).rejects.toThrow('1 of 2 mail servers');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(life.keysOf()).toContain(before);
    life.refusals.clear();
    await life.world.rotation.idle();
    await life.world.eventRules.pass(HOUR);
    expect([...life.refusals]).toEqual([]);
    await life.update(withProps({ schedule: Schedule.rate(Duration.days(20)) }));
    await life.stack.delete();
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'DELETE_COMPLETE' });
  });
});

describe('a creation that was cancelled', () => {
  it('leaves no key of a secret of ours with a user of somebody else, although CloudFormation makes up the id of the resource', async () => {
    const scenario = new Scenario({
      before: world => { world.iam.createUser({ name: 'relay' }); },
      props: stack => ({ user: User.fromUserName(stack, 'User', 'relay') }),
    });
    const foreign = scenario.world.iam.createAccessKey('relay').accessKeyId;
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([foreign, scenario.current.username]);
    expect(await scenario.request({ RequestType: 'Delete', PhysicalResourceId: 'Mail-NewsletterCredential-1ABCDEFGHIJKL' })).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.keys).toEqual([foreign]);
  });
});
