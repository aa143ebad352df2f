import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { AwsError } from '../../world';
import { failsWith } from '../../world/nodes';
import { Scenario, ScenarioOptions, seeAlso, withFleet } from '../scenario';

const MINUTE = 60_000;
const TOKEN = '0a1b2c3d-0000-4000-a000-000000000001';
const ONE_FLEET: ScenarioOptions = {
  props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')),
};

/** A user and a secret with a credential of its that works. */
const IMPORTED: ScenarioOptions = {
  before: world => {
    world.iam.createUser({ name: 'relay' });
    const { accessKeyId } = world.iam.createAccessKey('relay');
    world.setupSecret({ name: 'relay/smtp', value: JSON.stringify({ username: accessKeyId, password: 'x', region: 'eu-west-1' }) });
  },
  props: stack => ({ user: User.fromUserName(stack, 'User', 'relay'), secret: Secret.fromSecretNameV2(stack, 'Secret', 'relay/smtp') }),
};

/** Secrets Manager begins the rotation some time after the schedule was made. */
function rotateAfter(scenario: Scenario, milliseconds: number): void {
  scenario.clock.after(milliseconds, async () => { await scenario.rotate(); });
}

function countRotations({ actions }: Scenario): number {
  return actions.filter(action => action === 'RotateSecret').length;
}

async function create(scenario: Scenario): Promise<string | undefined> {
  const { Reason, Status } = await scenario.request({ RequestType: 'Create' });
  expect(Status).toBe(Reason === undefined ? 'SUCCESS' : 'FAILED');
  return Reason;
}

describe('the deployment', () => {
  it('ends when the rotation that came with it has made a credential that works', async () => {
    const scenario = new Scenario();
    rotateAfter(scenario, 5_000);
    expect(await create(scenario)).toBeUndefined();
    expect(scenario.keys).toEqual([scenario.current.username]);
    expect(countRotations(scenario)).toBe(0);
  });

  it('ends when every mail server has the credential', async () => {
    const scenario = new Scenario(ONE_FLEET);
    const node = scenario.addNode('i-00000001');
    rotateAfter(scenario, 5_000);
    expect(await create(scenario)).toBeUndefined();
    expect(node.heldCredential).toMatchObject({ username: scenario.current.username });
  });

  it('gives SES time to accept the credential everywhere, also when the rotation has taken long', async () => {
    const scenario = new Scenario();
    scenario.world.secretsManager.createPlaceholder(scenario.world.secretsManager.secret(scenario.secretArn), TOKEN);
    scenario.clock.after(170_000, async () => {
      await scenario.rotate();
      const [promotedAt, login] = [scenario.clock.now(), scenario.ses.login.bind(scenario.ses)];
      scenario.ses.login = (...call) => scenario.clock.now() < promotedAt + MINUTE ? { ok: false, code: 535, message: 'Authentication Credentials Invalid' } : login(...call);
    });
    expect(await create(scenario)).toBeUndefined();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('starts the rotation if none comes by itself', async () => {
    const scenario = new Scenario();
    expect(await create(scenario)).toBeUndefined();
    expect(countRotations(scenario)).toBe(1);
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('does not rotate what works already', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const start = scenario.clock.now();
    expect(await create(scenario)).toBeUndefined();
    expect(countRotations(scenario)).toBe(0);
    expect(scenario.clock.now()).toBe(start);
  });

  it('does not take a credential for one that works before it has logged in', async () => {
    const scenario = new Scenario(IMPORTED);
    const [before] = scenario.keys;
    expect(await create(scenario)).toBeUndefined();
    expect(scenario.current.username).not.toBe(before);
  });

  it('does not take a credential for delivered that the mail servers were never sent', async () => {
    const scenario = new Scenario({ ...IMPORTED, props: stack => ({ ...IMPORTED.props!(stack), ...ONE_FLEET.props!(stack) }) });
    const node = scenario.addNode('i-00000001');
    expect(await create(scenario)).toBeUndefined();
    expect(node.heldCredential).toMatchObject({ username: scenario.current.username });
  });

  it('waits for a policy that is not in force yet', async () => {
    const scenario = new Scenario();
    let refusals = 5;
    scenario.world.intercept = async (_call, proceed) => {
      if (refusals-- > 0) throw new AwsError('AccessDeniedException', 'not authorized yet');
      return proceed();
    };
    expect(await create(scenario)).toBeUndefined();
  });
});

describe('a deployment that fails', () => {
  it('says which server did not take the credential, and what to do, by an attempt of its own', async () => {
    const scenario = new Scenario(ONE_FLEET);
    scenario.addNode('i-00000001', failsWith('Failed'));
    rotateAfter(scenario, 5_000);
    const start = scenario.clock.now();
    const reason = await create(scenario);
    expect(reason).toMatch(/^setSecret: 1 of 1 mail servers did not apply the credential with document \S+: i-00000001 \(Failed\); look at command \S+ in Run Command/);
    expect(reason).toContain(seeAlso('a-server-did-not-apply-the-credential'));
    expect(scenario.clock.now() - start).toBeLessThan(15 * MINUTE);
  });

  it('does not fail if that attempt succeeds', async () => {
    const scenario = new Scenario(ONE_FLEET);
    const node = scenario.addNode('i-00000001', failsWith('Failed'));
    rotateAfter(scenario, 5_000);
    scenario.clock.after(2 * MINUTE, () => { node.behaviour = scenario.applies(); });
    expect(await create(scenario)).toBeUndefined();
    expect(node.heldCredential).toMatchObject({ username: scenario.current.username });
    expect(scenario.keys).toHaveLength(1);
  });

  it('says what AWS refuses', async () => {
    const scenario = new Scenario();
    scenario.world.intercept = async () => { throw new AwsError('AccessDeniedException', 'Access to KMS is not allowed'); };
    expect(await create(scenario)).toBe('waitForRotation: AccessDeniedException: Access to KMS is not allowed; fix that, and deploy again' + seeAlso('accessdenied-on-kms'));
  });

  it('says that the rotation does not begin', async () => {
    const scenario = new Scenario();
    scenario.world.rotation.rotate = async () => Promise.reject(new Error('busy elsewhere'));
    expect(await create(scenario)).toContain('waitForRotation: Secrets Manager has not started the rotation');
  });

  it('does not switch a rotation on again that was ended meanwhile', async () => {
    const scenario = new Scenario();
    scenario.world.secretsManager.secret(scenario.secretArn).rotation!.enabled = false;
    expect(await create(scenario)).toContain('waitForRotation: rotation was disabled in the meantime; deploy again');
    expect(countRotations(scenario)).toBe(0);
  });

  it('says that the endpoint does not take the login, without starting one rotation after the other', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    scenario.ses.setFaults({ temporaryFailure: () => true });
    expect(await create(scenario)).toMatch(/^waitForRotation: email-smtp\S+:587 did not accept the login of access key AKIA\w+: 454 /);
    expect(countRotations(scenario)).toBe(0);
  });

  it('says that SES refuses the credential that a rotation has promoted, and starts no other one', async () => {
    const scenario = new Scenario();
    scenario.clock.after(5_000, async () => {
      await scenario.rotate();
      scenario.ses.login = () => ({ ok: false, code: 535, message: 'Authentication Credentials Invalid' });
    });
    expect(await create(scenario)).toContain('waitForRotation: the rotation has ended without a credential that works and is as configured; '
      + 'look for the last failed step in the log, fix what it names, and deploy again');
    expect(countRotations(scenario)).toBe(0);
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('says it within what CloudFormation can be answered', async () => {
    const scenario = new Scenario();
    scenario.world.intercept = async () => { throw new AwsError('InternalServiceError', 'x'.repeat(10_000)); };
    expect((await create(scenario))!.length).toBe(1000);
  });
});
