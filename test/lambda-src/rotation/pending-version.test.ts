import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { loseOnce, messageOf, Scenario, ScenarioOptions } from '../scenario';

describe('a pending version that can never work', () => {
  async function stuck(options?: ScenarioOptions): Promise<Scenario> {
    const scenario = new Scenario(options);
    await scenario.rotateWell();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    await scenario.rotate();
    scenario.world.intercept = undefined;
    return scenario;
  }

  it('is given up when its key was deleted by hand, and the next rotation starts clean', async () => {
    const scenario = await stuck();
    const { username } = scenario.value('AWSPENDING');
    scenario.world.iam.deleteAccessKey(scenario.userName, String(username));
    expect(await messageOf(scenario)).toMatch(new RegExp(`^createSecret: version .* was abandoned and is no longer AWSPENDING: its access key ${username} no longer exists`));
    expect(scenario.world.secretsManager.valueOf(scenario.secretArn, 'AWSPENDING')).toBeUndefined();
    await scenario.rotateWell();
    expect(scenario.keys).toContain(scenario.current.username);
  });

  it('is given up with its key when somebody deactivated that', async () => {
    const scenario = await stuck();
    const { username } = scenario.value('AWSPENDING');
    scenario.world.iam.updateAccessKey(scenario.userName, String(username), 'Inactive');
    expect(await messageOf(scenario)).toContain(`its access key ${username} is inactive`);
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('is given up when it was made for another endpoint', async () => {
    const scenario = await stuck();
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({
      ...scenario.config, endpoint: { ...scenario.config.endpoint, host: 'email-smtp.eu-north-1.amazonaws.com', region: 'eu-north-1' },
    });
    expect(await messageOf(scenario)).toContain('it was not made for eu-north-1');
    await scenario.rotateWell();
    expect(scenario.current.region).toBe('eu-north-1');
  });

  it('is given up when it is not in the configured format', async () => {
    const scenario = await stuck();
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, format: {} });
    expect(await messageOf(scenario)).toContain('its value is not a credential in the configured format');
    await scenario.rotateWell();
    expect(scenario.world.secretsManager.valueOf(scenario.secretArn)).toMatch(/^AKIA\w+:B/);
  });

  it('is kept, and said to be current, when its key was deleted after it was promoted', async () => {
    const scenario = new Scenario();
    const { token } = await scenario.rotate();
    scenario.world.iam.deleteAccessKey(scenario.userName, scenario.keys[0]);
    await expect(scenario.invoke('createSecret', token)).rejects.toThrow('is AWSCURRENT and cannot work: its access key');
    expect(scenario.world.secretsManager.valueOf(scenario.secretArn)).toBeDefined();
  });

  it('is not taken for one while IAM does not list its key yet', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    scenario.world.iam.listingDelay = 5_000;
    await scenario.rotateWell({ maxAttempts: 2, retryDelay: 0 });
    expect(scenario.keys).toEqual([scenario.current.username]);
  });
});
