import { describe, expect, it } from 'vitest';
import { ConnectionLost } from '../../world';
import { failureOf, Scenario } from '../scenario';

describe('finishSecret', () => {
  it('never promotes a version without a value', async () => {
    const scenario = new Scenario();
    scenario.world.intercept = async () => { throw new ConnectionLost(); };
    const { token } = await scenario.rotate();
    scenario.world.intercept = undefined;
    await expect(scenario.invoke('finishSecret', token)).rejects.toThrow(`finishSecret: version ${token} holds no credential and must not become AWSCURRENT`);
    expect(scenario.current.username).toBe('');
  });

  it('goes on after the label has moved and the reply was lost', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    let lost = false;
    scenario.world.intercept = async (call, proceed) => {
      const output = await proceed();
      if (lost || call.action !== 'UpdateSecretVersionStage') return output;
      lost = true;
      throw new ConnectionLost();
    };
    const outcome = await scenario.rotate({ maxAttempts: 2 });
    expect(outcome.succeeded).toBe(true);
    expect(outcome.attempts).toHaveLength(2);
    expect(scenario.keys).toEqual([scenario.value('AWSPREVIOUS').username, scenario.current.username]);
  });

  it('refuses to promote a version that was overtaken by a change by hand', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    scenario.world.intercept = async (call, proceed) => {
      const output = await proceed();
      if (call.action === 'PutSecretValue') {
        scenario.world.intercept = undefined;
        scenario.world.secretsManager.putByHand(scenario.secretArn, JSON.stringify(scenario.current));
      }
      return output;
    };
    const { token, abandoned } = await scenario.rotate();
    expect(abandoned).toBe(true);
    await expect(scenario.invoke('finishSecret', token)).rejects.toThrow('is neither AWSPENDING nor AWSCURRENT: this rotation was canceled or overtaken');
    expect(failureOf(await scenario.rotate())).toBeUndefined();
    expect(scenario.keys).toContain(scenario.current.username);
  });
});
