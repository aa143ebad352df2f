import { describe, expect, it } from 'vitest';
import { AwsError } from '../../world';
import { Scenario, seeAlso } from '../scenario';

/** From now on, IAM answers nobody. */
async function withoutIam(): Promise<Scenario> {
  const scenario = new Scenario();
  await scenario.rotateWell();
  scenario.world.intercept = async (call, proceed) => {
    if (call.service === 'iam') throw new AwsError('ServiceFailure', 'The request processing has failed because of an unknown error.', 500);
    return proceed();
  };
  return scenario;
}

async function complaint(scenario: Scenario): Promise<string> {
  return scenario.watch().then(() => '', (error: Error) => error.message);
}

describe('while IAM is down, the watchdog', () => {
  it('still finds that SES refuses the current credential, and says so first', async () => {
    const scenario = await withoutIam();
    scenario.world.iam.deleteAccessKey(scenario.userName, String(scenario.current.username));
    const message = await complaint(scenario);
    expect(message).toContain(`refused the login of access key ${String(scenario.current.username)}`);
    expect(message).toContain('ServiceFailure');
    expect(message).toContain(seeAlso('ses-refuses-the-login'));
  });

  it('still logs in with a credential that works, and does not say that it is dead', async () => {
    const scenario = await withoutIam();
    const logins = scenario.ses.logins.length;
    const message = await complaint(scenario);
    expect(scenario.ses.logins.slice(logins)).toMatchObject([{ code: 235 }]);
    expect(scenario.logs.slice(-4).join()).toContain('login accepted');
    expect(message).not.toContain(seeAlso('ses-refuses-the-login'));
  });

  it('retires no key', async () => {
    const scenario = await withoutIam();
    const { length } = scenario.actions;
    await scenario.world.eventRules.pass(3 * 86_400_000);
    expect(scenario.actions.slice(length).filter(action => /AccessKey$/.test(action) && action !== 'ListAccessKeys')).toEqual([]);
  });
});

describe('while Secrets Manager takes no labels, the watchdog', () => {
  it('still finds that SES refuses the current credential, and says so first', async () => {
    const scenario = new Scenario();
    for (let rotation = 0; rotation < 2; rotation++) await scenario.rotateWell();
    scenario.world.iam.deleteAccessKey(scenario.userName, String(scenario.current.username));
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'UpdateSecretVersionStage') throw new AwsError('InternalServiceError', 'An error occurred on the server side.', 500);
      return proceed();
    };
    expect(await complaint(scenario)).toMatch(/refused the login .*; and InternalServiceError: An error occurred on the server side\.; the watchdog checks again in an hour/);
  });
});
