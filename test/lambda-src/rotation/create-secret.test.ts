import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { AwsError } from '../../world';
import { failureOf, loseOnce, messageOf, Scenario, withFleet } from '../scenario';

describe('a retry', () => {
  it('uses the value that an earlier attempt stored', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    const outcome = await scenario.rotate({ maxAttempts: 2 });
    expect(outcome.attempts.map(steps => steps.length)).toEqual([4, 4]);
    expect(outcome.succeeded).toBe(true);
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('deletes the key that a lost reply of CreateAccessKey left behind, and no other', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const [first] = scenario.keys;
    loseOnce(scenario.world, 'CreateAccessKey');
    const outcome = await scenario.rotate({ maxAttempts: 2 });
    expect(failureOf(outcome)).toBeUndefined();
    expect(scenario.keys).toEqual([first, scenario.current.username]);
  });

  it('uses a value whose acknowledgement was lost', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'PutSecretValue');
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('follows on a value that could not be stored, whose key was deleted', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'PutSecretValue', 'call');
    expect(await messageOf(scenario)).toMatch(/^createSecret: the credential of access key AKIA\w+ could not be stored as version .*; the key was deleted/);
    expect(scenario.keys).toEqual([]);
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('removes the key that a caller at the same time left behind', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'GetSecretValue', 'call');
    const outcome = await scenario.rotate();
    const stray = scenario.world.iam.createAccessKey(scenario.userName);
    scenario.world.intercept = undefined;
    await scenario.invoke('createSecret', outcome.token);
    expect(scenario.keys).not.toContain(stray.accessKeyId);
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('finds nothing to do when the rotation has finished', async () => {
    const scenario = new Scenario();
    const { token } = await scenario.rotate();
    const before = [scenario.keys, scenario.current];
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) await scenario.invoke(step, token);
    expect([scenario.keys, scenario.current]).toEqual(before);
  });
});

describe('two callers with the same token', () => {
  it('end with one credential and one key', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'DescribeSecret', 'call');
    const { token } = await scenario.rotate();
    scenario.world.intercept = undefined;
    const results = await Promise.allSettled([scenario.invoke('createSecret', token), scenario.invoke('createSecret', token)]);
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    await scenario.rotateWell();
    expect(scenario.keys).toContain(scenario.current.username);
    await scenario.rotateWell();
    expect(scenario.keys).toContain(scenario.current.username);
    expect(scenario.keys).toHaveLength(2);
  });
});

describe('a left-over', () => {
  it('is no longer one when another caller has stored it meanwhile', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    loseOnce(scenario.world, 'PutSecretValue', 'call');
    let stored = '';
    const lose = scenario.world.intercept;
    scenario.world.intercept = async (call, proceed) => {
      const output = await lose?.(call, proceed);
      if (call.action === 'CreateAccessKey') stored = scenario.keys.at(-1) ?? '';
      if (call.action === 'PutSecretValue') scenario.world.intercept = undefined;
      return output;
    };
    await scenario.rotate();
    const { token } = scenario.world.rotation.outcomes.at(-1) ?? { token: '' };
    const key = scenario.world.iam.createAccessKey(scenario.userName);
    expect(stored).not.toBe(key.accessKeyId);
    let reads = 0;
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionId === token && ++reads === 2) {
        const secret = scenario.world.secretsManager.secret(scenario.secretArn);
        scenario.world.secretsManager.putValue(secret, token, { SecretString: JSON.stringify({ username: key.accessKeyId }) }, ['AWSPENDING']);
      }
      return proceed();
    };
    await scenario.invoke('createSecret', token).catch(() => undefined);
    expect(scenario.keys).toContain(key.accessKeyId);
  });

  it('is none while a delivered version cannot be read', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    const { token } = await scenario.rotate();
    const { username } = scenario.value('AWSPENDING');
    const secret = scenario.world.secretsManager.secret(scenario.secretArn);
    scenario.world.secretsManager.moveLabel(secret, `SES_SMTP_DELIVERED_${token}`, { to: token });
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionId === token) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value");
      return proceed();
    };
    expect(await messageOf(scenario)).toContain(`version ${token} has a staging label, but its value cannot be read`);
    expect(scenario.keys).toContain(username);
  });
});

describe('versions that were delivered by nobody, as after an import', () => {
  it('count as held by servers if their key exists, and the current one is labelled last', async () => {
    const props = withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True'));
    const scenario = new Scenario({ props });
    scenario.addNode('i-00000001');
    const { token: previous } = await scenario.rotate();
    const { token: current } = await scenario.rotate();
    const { world, secretArn } = scenario;
    world.secretsManager.moveLabel(world.secretsManager.secret(secretArn), `SES_SMTP_DELIVERED_${current}`, { from: current });
    world.calls.length = 0;
    await scenario.rotateWell();
    const attached = world.calls.flatMap(({ input }) => typeof input.VersionStage === 'string' && input.MoveToVersionId ? [input.VersionStage] : []);
    expect(attached.slice(0, 2)).toEqual([`SES_SMTP_DELIVERED_${previous}`, `SES_SMTP_DELIVERED_${current}`]);
  });
});
