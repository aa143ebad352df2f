import { describe, expect, it } from 'vitest';
import { AwsError } from '../../world';
import { Scenario } from '../scenario';

function withoutWait({ credentialProperties }: Scenario) {
  return { ...credentialProperties, WaitForFirstRotation: 'false' as const };
}

describe('the name of the resource', () => {
  it('tells the moment of its making, in whole seconds, where the secret is not ours, also while the policy is not in force yet', async () => {
    const scenario = new Scenario();
    await scenario.clock.sleep(1_500);
    const ResourceProperties = { ...withoutWait(scenario), SecretOwned: 'false' as const };
    expect((await scenario.request({ RequestType: 'Create', ResourceProperties })).PhysicalResourceId).toMatch(/ 2026-01-01T00:00:01\.000Z$/);
    scenario.world.intercept = async () => { throw new AwsError('AccessDeniedException', 'not authorized yet'); };
    expect((await scenario.request({ RequestType: 'Create', ResourceProperties })).PhysicalResourceId).toMatch(/ 2026-01-01T00:00:01\.000Z$/);
  });
});
