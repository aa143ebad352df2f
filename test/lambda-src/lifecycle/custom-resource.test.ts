import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { Scenario } from '../scenario';

const URL = 'https://example.com/answer?Signature=hidden';

function withoutWait({ credentialProperties }: Scenario) {
  return { ...credentialProperties, WaitForFirstRotation: 'false' as const };
}

describe('the answer to CloudFormation', () => {
  it('says of whom it is, and nothing that is secret', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const answer = await scenario.request({ RequestType: 'Create', StackId: 'arn:stack', RequestId: 'r-1', LogicalResourceId: 'Credential' });
    expect(answer).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: `${scenario.secretArn} ${scenario.userName} 1970-01-01T00:00:00.000Z`,
      StackId: 'arn:stack',
      RequestId: 'r-1',
      LogicalResourceId: 'Credential',
    });
    expect(JSON.stringify(answer).length).toBeLessThan(4096);
    expect(scenario.logs.join()).not.toContain(URL);
    expect(scenario.logs.join()).not.toContain('Signature');
  });

  it('keeps the name of the resource as long as user and secret are the same', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const { PhysicalResourceId } = await scenario.request({ RequestType: 'Create' });
    await scenario.clock.sleep(1_000);
    const update = { RequestType: 'Update' as const, PhysicalResourceId };
    const changed = { ...scenario.credentialProperties, Credential: 'before' };
    expect(await scenario.request({ ...update, OldResourceProperties: changed })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    // What an update to another user has left, which failed, does not keep the rollback from its end.
    const failed = { ...scenario.credentialProperties, UserName: 'another' };
    expect(await scenario.request({ ...update, OldResourceProperties: failed })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    const next = await scenario.request({
      ...update,
      PhysicalResourceId: `${scenario.secretArn} another 2026-01-01T00:00:00.000Z`,
      OldResourceProperties: { ...scenario.credentialProperties, UserName: 'another' },
    });
    expect(next).toMatchObject({ Status: 'SUCCESS' });
    expect(next.PhysicalResourceId).toBe(PhysicalResourceId);
  });

  it('goes back to the resource that there was if it cannot become another one', async () => {
    const scenario = new Scenario();
    scenario.world.rotation.rotate = async () => Promise.reject(new Error('busy elsewhere'));
    const OldResourceProperties = { ...scenario.credentialProperties, UserName: 'another' };
    expect(await scenario.request({ RequestType: 'Update', PhysicalResourceId: 'the one', OldResourceProperties }))
      .toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'the one' });
  });
});

describe('a deployment that does not wait', () => {
  it('ends at once', async () => {
    const scenario = new Scenario();
    const properties = { ResourceProperties: withoutWait(scenario), OldResourceProperties: withoutWait(scenario) };
    const { PhysicalResourceId, Status } = await scenario.request({ RequestType: 'Create', ...properties });
    expect(Status).toBe('SUCCESS');
    expect(await scenario.request({ RequestType: 'Update', PhysicalResourceId, ...properties })).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.keys).toEqual([]);
  });

  it('waits all the same if the user is another one, whose predecessor is about to be deleted', async () => {
    const scenario = new Scenario();
    const OldResourceProperties = { ...withoutWait(scenario), UserName: 'another' };
    const update = { RequestType: 'Update' as const, PhysicalResourceId: 'another', ResourceProperties: withoutWait(scenario), OldResourceProperties };
    expect(await scenario.request(update)).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.keys).toEqual([scenario.current.username]);
  });
});

describe('an update', () => {
  it('makes a credential that is as configured now, and no second one when it is rolled back after that did not work', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const [before] = scenario.keys;
    const { config } = scenario;
    const update = { RequestType: 'Update' as const, PhysicalResourceId: 'it', OldResourceProperties: { ...scenario.credentialProperties, Credential: 'before' } };
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...config, format: {} });
    scenario.ses.setFaults({ temporaryFailure: () => true });
    expect(await scenario.request(update)).toMatchObject({ Status: 'FAILED' });
    scenario.ses.setFaults({});
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify(config);
    expect(await scenario.request(update)).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.current.username).toBe(before);

    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...config, format: {} });
    expect(await scenario.request(update)).toMatchObject({ Status: 'SUCCESS' });
    expect(scenario.world.secretsManager.valueOf(scenario.secretArn, 'AWSCURRENT')).toMatch(/^AKIA\w+:B/);
  });
});
