import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotationProps } from '../../../src';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { AwsError } from '../../world';
import { failsWith } from '../../world/nodes';
import { expectedPassword } from '../../world/services/ses-smtp';
import { CloudFormationAnswer, Scenario, ScenarioOptions, withFleet } from '../scenario';

const SECOND = 1_000;
const TOKEN = '0a1b2c3d-0000-4000-a000-000000000001';
const fleetProps = withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True'));

/** A user and a secret with its credential, made before the stack. */
function imported(further?: () => Partial<SesSmtpCredentialRotationProps>): ScenarioOptions {
  return {
    before: world => {
      world.iam.createUser({ name: 'relay' });
      const { accessKeyId, secretAccessKey } = world.iam.createAccessKey('relay');
      const value = { username: accessKeyId, password: expectedPassword(secretAccessKey, world.region), region: world.region };
      world.setupSecret({ name: 'relay/smtp', value: JSON.stringify(value) });
    },
    props: stack => ({ user: User.fromUserName(stack, 'User', 'relay'), secret: Secret.fromSecretNameV2(stack, 'Secret', 'relay/smtp'), ...further?.() }),
  };
}

/** As the stack is made some time after what it imports. */
async function created(options?: ScenarioOptions): Promise<{ scenario: Scenario; PhysicalResourceId: string; before: string[] }> {
  const scenario = new Scenario(options);
  const before = scenario.keys;
  await scenario.clock.sleep(SECOND);
  return { scenario, before, ...await scenario.request({ RequestType: 'Create', ResourceProperties: { ...scenario.credentialProperties, WaitForFirstRotation: 'false' } }) };
}

async function remove({ scenario, PhysicalResourceId }: { scenario: Scenario; PhysicalResourceId: string }): Promise<CloudFormationAnswer> {
  const answer = await scenario.request({ RequestType: 'Delete', PhysicalResourceId });
  expect(answer.PhysicalResourceId).toBe(PhysicalResourceId);
  return answer;
}

function deleteUser({ userName, world: { iam } }: Scenario): void {
  // As CloudFormation does.
  iam.user(userName).groups.clear();
  iam.deleteUser(userName);
}

function labels({ world, secretArn }: Scenario): string[] {
  return [...world.secretsManager.secret(secretArn).versions.values()].flatMap(version => [...version.labels]).sort();
}

describe('the last day of a user of ours', () => {
  it('leaves no key, so that the user can be deleted', async () => {
    const life = await created();
    await life.scenario.rotateWell();
    await life.scenario.rotateWell();
    expect(life.scenario.keys).toHaveLength(2);
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
    expect(life.scenario.keys).toEqual([]);
    deleteUser(life.scenario);
  });

  it('is no longer than a few calls when no rotation is under way', async () => {
    const life = await created();
    await life.scenario.rotateWell();
    const start = life.scenario.clock.now();
    await remove(life);
    expect(life.scenario.clock.now()).toBe(start);
  });

  it('ends a rotation that is under way, with the key that it has made', async () => {
    const life = await created({ props: fleetProps });
    const { scenario } = life;
    scenario.addNode('i-00000001', failsWith('Failed'));
    await scenario.rotate();
    expect(scenario.keys).toHaveLength(1);
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.keys).toEqual([]);
    expect(labels(scenario)).toEqual(['AWSCURRENT']);
    expect(scenario.world.secretsManager.secret(scenario.secretArn).rotation).toMatchObject({ enabled: false });
  });

  it('ends with a key that a step makes after all, which was at work when the rotation was ended', async () => {
    const life = await created();
    const { scenario } = life;
    const { iam, secretsManager } = scenario.world;
    secretsManager.createPlaceholder(secretsManager.secret(scenario.secretArn), TOKEN);
    scenario.clock.after(40 * SECOND, async () => {
      secretsManager.createPlaceholder(secretsManager.secret(scenario.secretArn), TOKEN.replace(/1$/, '2'));
      await scenario.invoke('createSecret', TOKEN.replace(/1$/, '2'));
      expect(iam.keysOf(scenario.userName)).toHaveLength(1);
    });
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.keys).toEqual([]);
    expect(labels(scenario)).toEqual(['AWSCURRENT']);
  });

  it('does not mind that somebody was there before', async () => {
    const life = await created();
    await life.scenario.rotateWell();
    life.scenario.world.intercept = async (call, proceed) => {
      if (call.service === 'secretsmanager') throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      return proceed();
    };
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
    expect(life.scenario.keys).toEqual([]);
    deleteUser(life.scenario);
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
  });

  it('fails if it cannot see what there is', async () => {
    const life = await created();
    life.scenario.world.intercept = async () => { throw new AwsError('AccessDeniedException', 'not authorized'); };
    expect(await remove(life)).toMatchObject({ Status: 'FAILED' });
  });

  it('fails, and says what to do, if AWS does not let it delete a key', async () => {
    const life = await created();
    await life.scenario.rotateWell();
    life.scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'DeleteAccessKey') throw new AwsError('AccessDenied', 'denied by a service control policy');
      return proceed();
    };
    const { Status, Reason } = await remove(life);
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/^deleteKeys: AccessDenied: denied by a service control policy; fix that, and delete the stack again; see /);
  });
});

describe('the last day of a user whose place another one has taken', () => {
  it('leaves the secret alone, with the rotation that is under way for the other one', async () => {
    const life = await created({ props: fleetProps });
    const { scenario } = life;
    scenario.addNode('i-00000001', failsWith('Failed'));
    await scenario.rotate();
    scenario.world.intercept = async (call, proceed) =>
      call.action === 'ListAccessKeys' && call.input.UserName === 'former' ? { AccessKeyMetadata: [], IsTruncated: false } : proceed();
    const { Status } = await scenario.request({
      RequestType: 'Delete', PhysicalResourceId: 'the former one', ResourceProperties: { ...scenario.credentialProperties, UserName: 'former' },
    });
    expect(Status).toBe('SUCCESS');
    expect(labels(scenario)).toContain('AWSPENDING');
    expect(scenario.keys).toHaveLength(1);
    expect(scenario.world.secretsManager.secret(scenario.secretArn).rotation).toMatchObject({ enabled: true });
  });
});

describe('the last day of a secret whose place another one has taken', () => {
  it('leaves a key that the other one has got at the last moment', async () => {
    const life = await created();
    const { scenario } = life;
    await scenario.rotateWell();
    await scenario.rotateWell();
    const [kept] = scenario.keys;
    const today = scenario.secretArn.replace(/.{6}$/, 'todays');
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, secretArn: today });
    let looks = 0;
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.SecretId !== today) return proceed();
      if (call.action === 'DescribeSecret') return { VersionIdsToStages: ++looks === 1 ? {} : { v: ['AWSCURRENT'] } };
      return { VersionId: 'v', ARN: today, SecretString: looks === 0 ? '' : kept };
    };
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.keys).toEqual([kept]);
  });
});

describe('the last day with a user and a secret of somebody else', () => {
  it('leaves them as they were, but for the keys that were made here', async () => {
    const life = await created(imported());
    const { scenario, before } = life;
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([before[0], scenario.current.username]);
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.keys).toEqual(before);
    expect(scenario.world.secretsManager.secret(scenario.secretArn).rotation).toMatchObject({ enabled: false });
  });

  it('leaves a key that nobody knows', async () => {
    const life = await created(imported());
    const { scenario } = life;
    const { accessKeyId } = scenario.world.iam.createAccessKey(scenario.userName);
    await remove(life);
    expect(scenario.keys).toContain(accessKeyId);
  });

  it('leaves no label of ours', async () => {
    const life = await created(imported(fleetProps));
    life.scenario.addNode('i-00000001');
    await life.scenario.rotateWell();
    expect(labels(life.scenario).join()).toContain('SES_SMTP_DELIVERED_');
    await remove(life);
    expect(labels(life.scenario)).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('knows the key of a first rotation that began before the resource was made', async () => {
    const scenario = new Scenario(imported(fleetProps));
    const before = scenario.keys;
    scenario.addNode('i-00000001', failsWith('Failed'));
    await scenario.clock.sleep(SECOND);
    await scenario.rotate();
    await scenario.clock.sleep(SECOND);
    const { PhysicalResourceId } = await scenario.request({ RequestType: 'Create', ResourceProperties: { ...scenario.credentialProperties, WaitForFirstRotation: 'false' } });
    scenario.world.ssm.nodes.length = 0;
    scenario.addNode('i-00000002');
    await scenario.rotateWell();
    await remove({ scenario, PhysicalResourceId });
    expect(scenario.keys).toEqual(before);
  });

  it('gives servers the current credential back that have taken one of a rotation which did not succeed', async () => {
    const life = await created(imported(fleetProps));
    const { scenario, before } = life;
    const servers = [scenario.addNode('i-00000001'), scenario.addNode('i-00000002', failsWith('Failed'))];
    await scenario.rotate();
    expect(servers[0].heldCredential?.username).toBe(scenario.keys[1]);
    servers[1].behaviour = scenario.applies();
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
    expect(servers.map(({ heldCredential }) => heldCredential?.username)).toEqual([before[0], before[0]]);
    expect(scenario.keys).toEqual(before);
  });

  it('leaves a key that a server may go on using, because it did not take the current one back', async () => {
    const life = await created(imported(fleetProps));
    const { scenario } = life;
    const [server] = [scenario.addNode('i-00000001'), scenario.addNode('i-00000002', failsWith('Failed'))];
    await scenario.rotate();
    server.behaviour = failsWith('Failed');
    expect(await remove(life)).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.keys).toContain(server.heldCredential!.username);
    expect(scenario.logs.join()).toContain('mail servers may hold a key that is no longer in use');
  });

  it('leaves a key that a server may hold if there is nothing else to give it', async () => {
    const life = await created({ ...imported(fleetProps), before: world => { world.iam.createUser({ name: 'relay' }); world.setupSecret({ name: 'relay/smtp', value: '{}' }); } });
    const { scenario } = life;
    const [server] = [scenario.addNode('i-00000001'), scenario.addNode('i-00000002', failsWith('Failed'))];
    await scenario.rotate();
    await remove(life);
    expect(scenario.keys).toEqual([server.heldCredential!.username]);
  });

  it('leaves all as it is if another function rotates the secret by now, as after a construct got another id', async () => {
    const life = await created(imported());
    const { scenario } = life;
    await scenario.rotateWell();
    const { keys } = scenario;
    const { rotation } = scenario.world.secretsManager.secret(scenario.secretArn);
    Object.assign(rotation!, { lambdaArn: 'arn:aws:lambda:eu-west-1:111122223333:function:another' });
    await remove(life);
    expect(scenario.keys).toEqual(keys);
    expect(rotation).toMatchObject({ enabled: true });
  });

  it('deletes no key by a name that it did not give', async () => {
    const life = await created(imported());
    await life.scenario.rotateWell();
    const { keys } = life.scenario;
    await remove({ ...life, PhysicalResourceId: 'another name' });
    expect(life.scenario.keys).toEqual(keys);
  });
});
