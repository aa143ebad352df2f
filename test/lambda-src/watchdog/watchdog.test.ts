import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Invocation } from '../../../lambda-src/invocation';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { CONFIG_VARIABLE, RotationConfig } from '../../../src/private/rotation-contract';
import { AwsError, holderOf } from '../../world';
import { Scenario, ScenarioOptions, seeAlso, withFleet } from '../scenario';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function rotated(options?: ScenarioOptions): Promise<Scenario> {
  const scenario = new Scenario(options);
  await scenario.rotateWell();
  return scenario;
}

/** What the watchdog says is wrong. */
async function complaint(scenario: Scenario): Promise<string | undefined> {
  try {
    await scenario.watch();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function reconfigure(scenario: Scenario, changes: Partial<RotationConfig>): void {
  scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, ...changes });
}

describe('the watchdog', () => {
  it('finds nothing wrong after a rotation, with four calls and a login', async () => {
    const scenario = await rotated();
    const { length } = scenario.actions;
    const logins = scenario.ses.logins.length;
    expect(await complaint(scenario)).toBeUndefined();
    expect(scenario.actions.slice(length)).toEqual(['ListAccessKeys', 'DescribeSecret', 'GetSecretValue', 'GetSecretValue']);
    expect(scenario.ses.logins).toHaveLength(logins + 1);
    const routine = ['step started', 'age of the current access key', 'login accepted', 'step finished'];
    expect(scenario.logs.slice(-4).map(line => JSON.parse(line) as unknown)).toMatchObject(routine
      .map(message => ({ level: 'INFO', secretArn: scenario.secretArn, step: 'watchdog', message })));
  });

  it('finds nothing wrong in rotations that keep their schedule, hour by hour', async () => {
    const scenario = await rotated({ props: () => ({ schedule: Schedule.rate(Duration.days(3)) }) });
    for (let rotation = 1; rotation <= 3; rotation++) {
      await scenario.world.eventRules.pass(3 * DAY);
      await scenario.rotateWell();
    }
    expect(scenario.world.eventRules.failures).toEqual([]);
    expect(scenario.keys).toHaveLength(2);
  });

  it('says in one sentence all that is wrong, and logs each', async () => {
    const scenario = await rotated();
    scenario.world.iam.updateAccessKey(scenario.userName, scenario.keys[0], 'Inactive');
    scenario.world.secretsManager.secret(scenario.secretArn).rotation!.enabled = false;
    const [key] = scenario.keys;
    const problems = [
      `access key ${key} in AWSCURRENT is inactive; to reactivate it: aws iam update-access-key --user-name ${scenario.userName} `
        + `--access-key-id ${key} --status Active; if someone deactivated it on purpose, replace it: aws secretsmanager rotate-secret --secret-id ${scenario.secretArn}`,
      `rotation is disabled; to enable it and rotate: aws secretsmanager rotate-secret --secret-id ${scenario.secretArn}`,
    ];
    expect(await complaint(scenario)).toBe(`watchdog: ${problems.join('; and ')}${seeAlso('the-current-key-is-inactive')}`);
    const lines = scenario.logs.map(line => JSON.parse(line) as Record<string, string>);
    expect(lines.filter(({ message }) => message === 'problem found').map(({ level, error }) => [level, error]))
      .toEqual(problems.map(problem => ['ERROR', problem]));
  });

  it('fails with the name of the error when AWS refuses a call', async () => {
    const scenario = await rotated();
    scenario.world.intercept = async () => { throw new AwsError('AccessDeniedException', 'Access to KMS is not allowed'); };
    expect(await complaint(scenario)).toBe('watchdog: AccessDeniedException: Access to KMS is not allowed; the watchdog checks again in an hour; if the error stays, fix what it names'
      + seeAlso('accessdenied-on-kms'));
    scenario.world.intercept = async () => { throw new AwsError('AccessDeniedException', 'Not authorized'); };
    expect(await complaint(scenario)).toContain(seeAlso('accessdenied'));
  });

  it('is the only thing that the function does besides rotations', async () => {
    const scenario = await rotated();
    const calls = scenario.actions.length;
    const call = async (event: unknown) => scenario.world.functionInvoker!(scenario.fn, event as Invocation);
    for (const event of [{}, { action: 'rotate' }, { 'detail-type': 'Scheduled Event', 'secret': 'hidden' }]) {
      await expect(call(event)).rejects.toThrow('this function accepts only the steps of a rotation from Secrets Manager, the requests of its custom resource from CloudFormation, '
        + '{"action":"watch"} and {"action":"revoke","accessKeyId":"AKIA…"}; call it with one of these');
    }
    expect(scenario.actions).toHaveLength(calls);
  });
});

describe('the current credential', () => {
  it('must authenticate', async () => {
    const scenario = await rotated();
    scenario.world.iam.deleteAccessKey(scenario.userName, scenario.keys[0]);
    expect(await complaint(scenario)).toMatch(/^watchdog: email-smtp\S+ refused the login of access key AKIA\w+: 535 /);
  });

  it.each([
    { name: 'and its key went with it, as there is no grace', deed: () => undefined },
    { name: 'because somebody had made its key inactive', deed: ({ keys, userName, world }: Scenario) => world.iam.updateAccessKey(userName, keys[0], 'Inactive') },
  ])('may have been replaced by a rotation since the watchdog looked, $name', async ({ deed }) => {
    const scenario = await rotated({ props: () => ({ gracePeriod: Duration.seconds(0) }) });
    deed(scenario);
    scenario.world.intercept = async (call, proceed) => {
      if (call.action !== 'GetSecretValue') return proceed();
      scenario.world.intercept = undefined;
      const output = await proceed();
      await scenario.rotateWell();
      return output;
    };
    expect(await complaint(scenario)).toBeUndefined();
    expect(scenario.keys).toHaveLength(2);
  });

  it('may be refused for a moment', async () => {
    const scenario = await rotated();
    let busy = 2;
    scenario.ses.setFaults({ temporaryFailure: () => busy-- > 0 });
    expect(await complaint(scenario)).toBeUndefined();
  });

  it('lets an error that is none of ours through', async () => {
    const scenario = await rotated();
    scenario.ses.login = () => { throw new Error('a mistake in the login'); };
    expect(await complaint(scenario)).toContain('Error: a mistake in the login; the watchdog checks again in an hour');
  });

  it('may be missing before the first rotation, and not for long', async () => {
    const scenario = new Scenario();
    await scenario.clock.sleep(6 * HOUR);
    expect(await complaint(scenario)).toBeUndefined();
    expect(scenario.logs.join()).toContain('the secret holds no credential in the configured format yet');
    await scenario.clock.sleep(1);
    expect(await complaint(scenario)).toContain('AWSCURRENT holds no credential; to make one: aws secretsmanager rotate-secret --secret-id ');
  });

  it('may be missing from an imported secret whose first rotation is under way', async () => {
    const scenario = new Scenario({
      before: world => { world.setupSecret({ name: 'relay' }); },
      props: stack => ({ secret: Secret.fromSecretNameV2(stack, 'Secret', 'relay') }),
    });
    const secret = scenario.world.secretsManager.secret(scenario.secretArn);
    await scenario.clock.sleep(7 * HOUR);
    secret.lastChangedDate = scenario.clock.now();
    scenario.world.secretsManager.createPlaceholder(secret, '0000000a-0000-4000-8000-000000000001');
    expect(await complaint(scenario)).toBeUndefined();
  });

  it('may be missing until the first scheduled rotation is due', async () => {
    const scenario = new Scenario({ props: () => ({ rotateImmediatelyOnUpdate: false, schedule: Schedule.rate(Duration.days(2)) }) });
    await scenario.rotate({ immediately: false });
    await scenario.world.eventRules.pass(2 * DAY);
    expect(scenario.world.eventRules.failures).toEqual([]);
    await scenario.clock.sleep(6 * HOUR + 1);
    expect(await complaint(scenario)).toContain('no rotation has run since the one due at 2026-01-03T00:00:00.000Z');
  });

  it('must not be replaced by something else', async () => {
    const scenario = await rotated();
    scenario.world.secretsManager.putByHand(scenario.secretArn, 'see the wiki');
    expect(await complaint(scenario)).toContain(`AWSCURRENT holds no credential; to make one: aws secretsmanager rotate-secret --secret-id ${scenario.secretArn}`);
  });

  it('may be in another format than the configured one until the next rotation', async () => {
    const scenario = await rotated();
    reconfigure(scenario, { format: {} });
    expect(await complaint(scenario)).toBeUndefined();
  });

  it('may be for another region than the endpoint until the next rotation', async () => {
    const scenario = await rotated();
    reconfigure(scenario, { endpoint: { ...scenario.config.endpoint, region: 'eu-north-1' } });
    expect(await complaint(scenario)).toBeUndefined();
    expect(scenario.logs.join()).toContain('the current credential was not made for eu-north-1');
  });
});

describe('the schedule', () => {
  it('must be kept, some hours more or less', async () => {
    const scenario = await rotated();
    await scenario.clock.sleep(30 * DAY + 6 * HOUR);
    expect(await complaint(scenario)).toBeUndefined();
    await scenario.clock.sleep(1);
    expect(await complaint(scenario)).toBe('watchdog: no rotation has run since the one due at 2026-01-31T00:00:00.000Z; '
      + `to rotate now: aws secretsmanager rotate-secret --secret-id ${scenario.secretArn}${seeAlso('rotation-overdue')}`);
  });

  it('is kept if Secrets Manager says so, unless the key is older than it allows', async () => {
    const scenario = await rotated({ props: () => ({ schedule: Schedule.rate(Duration.days(2)) }) });
    const key = scenario.keys[0];
    scenario.world.secretsManager.secret(scenario.secretArn).lastRotatedDate = scenario.clock.now() + 2 * DAY;
    await scenario.clock.sleep(3 * DAY);
    expect(await complaint(scenario)).toBeUndefined();
    await scenario.clock.sleep(1);
    expect(await complaint(scenario)).toContain(`access key ${key} in AWSCURRENT was created at 2026-01-01T00:00:00.000Z and is older than the schedule allows; to rotate now: `);
  });

  it('by a cron expression is kept if Secrets Manager says nothing else', async () => {
    const scenario = await rotated({ props: () => ({ schedule: Schedule.cron({ minute: '0', hour: '3' }) }) });
    await scenario.clock.sleep(365 * DAY);
    expect(await complaint(scenario)).toBeUndefined();
  });

  it('must not be switched off', async () => {
    const scenario = await rotated();
    scenario.world.secretsManager.secret(scenario.secretArn).rotation = undefined;
    expect(await complaint(scenario)).toContain('rotation is disabled');
  });
});

describe('a rotation in flight', () => {
  const slow = withFleet({ document: CredentialDocument.postfix(), timeout: Duration.hours(12) }, MailServerTargets.tag('EmailServers', 'True'));

  it('is nothing wrong, and is stuck when it has lasted for hours', async () => {
    const scenario = await rotated();
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'UpdateSecretVersionStage') throw new AwsError('InternalServiceError', '');
      return proceed();
    };
    const { token } = await scenario.rotate();
    scenario.world.intercept = undefined;
    await scenario.clock.sleep(6 * HOUR);
    expect(await complaint(scenario)).toBeUndefined();
    await scenario.clock.sleep(1);
    expect(await complaint(scenario)).toBe(`watchdog: version ${token} has been AWSPENDING since 2026-01-01T00:00:00.000Z: its rotation is stuck; `
      + `look for the last failed step in the log, fix what it names, and rotate again${seeAlso('stuck-rotation')}`);
  });

  it('may last longer if mail servers are given longer', async () => {
    const scenario = new Scenario({ props: slow });
    const node = scenario.addNode('i-00000001');
    await scenario.rotateWell();
    node.online = false;
    await scenario.rotate();
    await scenario.clock.sleep(17 * HOUR);
    expect(await complaint(scenario)).toBeUndefined();
    await scenario.clock.sleep(2 * HOUR);
    expect(await complaint(scenario)).toContain('its rotation is stuck');
  });

  it('has ended when AWSPENDING stays on the current version', async () => {
    const scenario = new Scenario();
    scenario.world.rotation.pendingLabelLingers = true;
    await scenario.rotateWell();
    await scenario.clock.sleep(DAY);
    expect(holderOf(scenario.world.secretsManager.secret(scenario.secretArn), 'AWSPENDING')).toBeDefined();
    expect(await complaint(scenario)).toBeUndefined();
  });
});

describe('a stray key', () => {
  it('is reported after an hour, because a rotation may be making it', async () => {
    const scenario = await rotated();
    const { accessKeyId } = scenario.world.iam.createAccessKey(scenario.userName);
    await scenario.clock.sleep(HOUR);
    expect(await complaint(scenario)).toBeUndefined();
    await scenario.clock.sleep(1);
    expect(await complaint(scenario)).toBe(`watchdog: no version of the secret refers to access key ${accessKeyId} of user "${scenario.userName}"; `
      + `the next rotation deletes it; if nothing uses it: aws iam delete-access-key --user-name ${scenario.userName} --access-key-id ${accessKeyId}`
      + seeAlso('stray-key'));
  });

  it("from before the secret will stop the rotation, because it was another secret's", async () => {
    const scenario = await rotated();
    scenario.world.iam.createAccessKey(scenario.userName);
    await scenario.clock.sleep(2 * HOUR);
    Object.assign(scenario.world.secretsManager.secret(scenario.secretArn), { createdDate: scenario.clock.now() });
    expect(await complaint(scenario)).toContain('; the rotation stops when it needs the slot; ');
  });

  it("of somebody else's user will stop the rotation", async () => {
    const scenario = await rotated({
      before: world => {
        world.iam.createUser({ name: 'relay' });
        world.iam.createAccessKey('relay');
      },
      props: stack => ({ user: User.fromUserName(stack, 'User', 'relay') }),
    });
    await scenario.clock.sleep(2 * HOUR);
    expect(await complaint(scenario)).toContain('of user "relay"; the rotation stops when it needs the slot; ');
  });
});
