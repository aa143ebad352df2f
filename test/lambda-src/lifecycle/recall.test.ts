import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, CredentialFormat, MailServerTargets } from '../../../src';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { DefineProps, FLEET, Life } from '../../lifecycle/life';
import { AwsError } from '../../world';
import { failsWith, NodeBehaviour } from '../../world/nodes';
import { Scenario, withFleet } from '../scenario';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const TOKEN = '0a1b2c3d-0000-4000-a000-000000000001';

const withProps = (props: ReturnType<DefineProps> = {}): DefineProps => () => ({ mailServers: [FLEET], ...props });

/** Takes what holds this access key, and nothing else. */
function takesOnly(life: Life, accessKeyId: string): NodeBehaviour {
  return async (execution, node) => {
    const [versionId] = execution.parameters.VersionId;
    const value = life.secret.versions.get(versionId)?.value?.SecretString ?? '';
    return (value.includes(accessKeyId) ? life.applies() : failsWith('Failed'))(execution, node);
  };
}

describe('an update that one server refused, and that was rolled back', () => {
  it('leaves no key that nothing refers to, and nothing that sets off the alarm', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    await life.create(withProps());
    await life.rotate();
    const before = life.currentKey;
    life.addServer('i-00000002', takesOnly(life, before)).heldCredential = { ...life.servers[0].heldCredential! };
    await expect(life.update(withProps({ credentialFormat: CredentialFormat.usernameColonPassword() }))).rejects.toThrow('1 of 2 mail servers');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(life.heldKeys).toEqual([before, before]);
    await life.world.rotation.idle();
    await life.world.eventRules.pass(12 * HOUR);
    expect(life.world.eventRules.failures.map(failure => (failure as Error).message)).toEqual([]);
    expect(life.keysOf()).toContain(before);
    expect([...life.refusals]).toEqual([]);
  });
});

describe('a scheduled rotation that is under way', () => {
  it('comes to its end although an update changes a property of the credential that it has nothing to do with', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    const slow = life.addServer('i-00000002');
    await life.create(withProps({ waitForFirstRotation: true }));
    slow.startsAfter = 240 * SECOND;
    const before = life.currentKey;
    const rotation = life.rotate();
    await life.clock.sleep(60 * SECOND);
    await life.update(withProps({ waitForFirstRotation: false }));
    await rotation;
    expect(life.currentKey).not.toBe(before);
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect([...life.refusals]).toEqual([]);
  });
});

describe('an update', () => {
  const props = withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True'));

  async function update(scenario: Scenario): Promise<string> {
    const { credentialProperties, secretArn, userName } = scenario;
    const { Status } = await scenario.request({
      RequestType: 'Update',
      PhysicalResourceId: `${secretArn} ${userName} 1970-01-01T00:00:00.000Z`,
      OldResourceProperties: { ...credentialProperties, Credential: 'before' },
    });
    return Status;
  }

  function labelsOf({ secretArn, world }: Scenario): Record<string, string[]> {
    return world.secretsManager.labelsOf(secretArn);
  }

  function configure({ fn }: Scenario, config: object): void {
    fn.environment[CONFIG_VARIABLE] = JSON.stringify(config);
  }

  /** Two servers, one of which has a credential in a format that is not configured any more; somebody has ended that rotation. */
  async function halfDelivered() {
    const scenario = new Scenario({ props });
    const servers = [scenario.addNode('i-00000001'), scenario.addNode('i-00000002')];
    await scenario.rotateWell();
    const { config, keys: [before], world: { secretsManager } } = scenario;
    configure(scenario, { ...config, format: {} });
    servers[1].behaviour = failsWith('Failed');
    const { token } = await scenario.rotate();
    const secret = secretsManager.secret(scenario.secretArn);
    secretsManager.moveLabel(secret, 'AWSPENDING', { from: token });
    configure(scenario, config);
    servers[1].behaviour = scenario.applies();
    return { scenario, before, token, held: () => servers.map(({ heldCredential }) => heldCredential?.username) };
  }

  it('gives servers the current credential that hold another one which is not as configured, and the key of that one is retired', async () => {
    const { before, held, scenario, token } = await halfDelivered();
    expect(held()).toEqual([expect.not.stringMatching(before), before]);
    expect(await update(scenario)).toBe('SUCCESS');
    expect(held()).toEqual([before, before]);
    expect(labelsOf(scenario)[token]).toEqual([expect.stringMatching(/^SES_SMTP_UNUSED_/)]);
    await scenario.world.eventRules.pass(50 * HOUR);
    expect(scenario.world.eventRules.failures).toEqual([]);
    expect(scenario.keys).toEqual([before]);
  });

  it('gives servers nothing while a rotation is under way that will give them its own credential', async () => {
    const { before, held, scenario } = await halfDelivered();
    const { secretsManager } = scenario.world;
    secretsManager.createPlaceholder(secretsManager.secret(scenario.secretArn), TOKEN);
    expect(await update(scenario)).toBe('SUCCESS');
    expect(held()).toEqual([expect.not.stringMatching(before), before]);
  });

  it('ends a rotation that is not as configured, and its key is retired', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const { config, keys: [before] } = scenario;
    configure(scenario, { ...config, format: {} });
    scenario.ses.setFaults({ temporaryFailure: () => true });
    const { token } = await scenario.rotate();
    scenario.ses.setFaults({});
    configure(scenario, config);
    expect(await update(scenario)).toBe('SUCCESS');
    expect(labelsOf(scenario)[token]).toEqual([expect.stringMatching(/^SES_SMTP_UNUSED_/)]);
    await scenario.world.eventRules.pass(50 * HOUR);
    expect(scenario.world.eventRules.failures).toEqual([]);
    expect(scenario.keys).toEqual([before]);
  });

  /** A secret whose format was changed, and whose version before that still works. */
  async function changed() {
    const scenario = new Scenario({ props: () => ({ gracePeriod: Duration.days(7) }) });
    await scenario.rotateWell();
    const { config, keys: [before] } = scenario;
    configure(scenario, { ...config, format: {} });
    expect(await update(scenario)).toBe('SUCCESS');
    configure(scenario, config);
    return { scenario, before };
  }

  it('makes the version current again that a deployment has just replaced, if that is as configured now', async () => {
    const { before, scenario } = await changed();
    const { keys } = scenario;
    expect(await update(scenario)).toBe('SUCCESS');
    expect(scenario.current.username).toBe(before);
    expect(scenario.keys).toEqual(keys);
  });

  it('makes no version current again that was replaced days ago, but rotates', async () => {
    const { before, scenario } = await changed();
    await scenario.clock.sleep(48 * HOUR);
    expect(await update(scenario)).toBe('SUCCESS');
    expect(scenario.keys).not.toContain(before);
  });

  it('makes no version current again that SES refuses, but rotates', async () => {
    const { before, scenario } = await changed();
    const login = scenario.ses.login.bind(scenario.ses);
    scenario.ses.login = (...call) => call[0] === before ? { ok: false, code: 535, message: 'Authentication Credentials Invalid' } : login(...call);
    expect(await update(scenario)).toBe('SUCCESS');
    expect(scenario.keys).toEqual([expect.not.stringMatching(before), scenario.current.username]);
    expect(scenario.actions.filter(action => action === 'RotateSecret')).toHaveLength(2);
  });

  it('does not end a rotation to a key of another user, which ends with the keys of that one', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const { secretsManager } = scenario.world;
    const secret = secretsManager.secret(scenario.secretArn);
    secretsManager.createPlaceholder(secret, TOKEN, { SecretString: JSON.stringify({ ...scenario.current, username: 'AKIAIOSFODNN7EXAMPLE' }) });
    expect(await update(scenario)).toBe('SUCCESS');
    expect(labelsOf(scenario)[TOKEN]).toEqual(['AWSPENDING']);
  });

  it('that fails before its rotation has made a credential leaves no version pending', async () => {
    const scenario = new Scenario();
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'CreateAccessKey') throw new AwsError('ServiceFailure', 'not now');
      return proceed();
    };
    expect(await update(scenario)).toBe('FAILED');
    expect(Object.values(labelsOf(scenario))).toEqual([['AWSCURRENT']]);
  });

  it('that cannot look at the keys says in which step', async () => {
    const scenario = new Scenario({ props });
    await scenario.rotateWell();
    scenario.world.intercept = async ({ action }, proceed) => {
      if (action === 'ListAccessKeys') throw new AwsError('ServiceFailure', 'not now');
      return proceed();
    };
    expect(await update(scenario)).toBe('FAILED');
    expect(scenario.answers.at(-1)?.Reason).toMatch(/^waitForRotation: ServiceFailure.*: not now; fix that, and deploy again; see /);
  });

  it('that was cancelled ends no rotation when it fails', async () => {
    const scenario = new Scenario({ props });
    scenario.addNode('i-00000001', failsWith('Failed'));
    const { secretsManager } = scenario.world;
    const secret = secretsManager.secret(scenario.secretArn);
    scenario.clock.after(60 * SECOND, () => {
      const [id, labels] = Object.entries(labelsOf(scenario)).find(([, stages]) => stages.includes('AWSCURRENT'))!;
      const label = labels.find(stage => stage.startsWith('SES_SMTP_DEPLOYMENT_'))!;
      secretsManager.moveLabel(secret, label, { from: id });
    });
    expect(await update(scenario)).toBe('FAILED');
    expect(Object.values(labelsOf(scenario)).flat()).toContain('AWSPENDING');
  });
});
