import { beforeEach, describe, expect, it } from 'vitest';
import { StackScenario } from '../cloudformation/stack-scenario';
import { WITH_CUSTOM } from '../cloudformation/stack-template';
import { DeployedFunction, VirtualClock, World } from '../index';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RULE = 'arn:aws:events:eu-west-1:111122223333:rule/hourly';
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:fn';

describe('an event of a rule', () => {
  let world: World;
  let fn: DeployedFunction;
  /** The minutes at which the function was called. */
  let calls: number[];

  beforeEach(() => {
    world = new World({ clock: new VirtualClock() });
    const start = world.clock.now();
    calls = [];
    world.functionInvoker = async () => { calls.push((world.clock.now() - start) / MINUTE); };
    const permissions = [{ action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com', sourceArn: RULE }];
    fn = { arn: FUNCTION, name: 'fn', permissions } as unknown as DeployedFunction;
    world.functions.add(fn);
    world.eventRules.add(RULE, 'rate(1 hour)', [{ functionArn: FUNCTION, input: '{"action":"look"}' }]);
  });

  it('reaches its function once and at once, unless told otherwise', async () => {
    await world.eventRules.pass(2 * HOUR);
    expect(calls).toEqual([60, 120]);
  });

  it.each([
    ['late', [10 * MINUTE], [70, 130]],
    ['twice', [0, 5 * MINUTE], [60, 65, 120, 125]],
    ['twice at once', [0, 0], [60, 60, 120, 120]],
    ['never', [], []],
  ])('can come %s', async (_when, deliveries, expected) => {
    world.asynchronousInvocations.deliveries = () => deliveries;
    await world.eventRules.pass(2.5 * HOUR);
    expect(calls).toEqual(expected);
  });

  it('can come late while others come in time', async () => {
    const delays = [90 * MINUTE, 0];
    world.asynchronousInvocations.deliveries = () => [delays.shift() ?? 0];
    await world.eventRules.pass(3 * HOUR);
    expect(calls).toEqual([120, 150, 180]);
  });

  it('is given up when it is older than the function wants', async () => {
    world.asynchronousInvocations.deliveries = () => [10 * MINUTE];
    fn.maximumEventAgeSeconds = 5 * 60;
    await world.eventRules.pass(2.5 * HOUR);
    expect(calls).toEqual([]);
  });

  it('is given up after six hours by default', async () => {
    world.asynchronousInvocations.deliveries = () => [6 * HOUR, 6 * HOUR + 1];
    await world.eventRules.pass(HOUR);
    world.eventRules.remove(RULE);
    await world.eventRules.pass(24 * HOUR);
    expect(calls).toEqual([7 * 60]);
  });

  it('keeps the errors of late calls, too', async () => {
    world.asynchronousInvocations.deliveries = () => [0, MINUTE];
    world.functionInvoker = async () => { throw new Error('broken'); };
    await world.eventRules.pass(1.5 * HOUR);
    expect(world.eventRules.failures).toEqual([new Error('broken'), new Error('broken')]);
  });
});

describe('a request to a custom resource', () => {
  let scenario: StackScenario;

  beforeEach(() => {
    scenario = new StackScenario();
  });

  it('that comes twice counts with its first answer', async () => {
    let calls = 0;
    scenario.reply = async () => {
      const call = ++calls;
      await scenario.clock.sleep(call === 1 ? MINUTE : 0);
      return { PhysicalResourceId: `thing-${call}` };
    };
    scenario.world.asynchronousInvocations.deliveries = () => [0, 1000];
    const { resources } = await scenario.stack.create({ Resources: WITH_CUSTOM });
    expect(resources.Custom.ref).toBe('thing-2');
    await scenario.clock.sleep(2 * MINUTE);
    expect(scenario.world.customResources.responses).toHaveLength(2);
  });

  it('that comes late is answered late', async () => {
    const start = scenario.clock.now();
    scenario.world.asynchronousInvocations.deliveries = () => [10 * MINUTE];
    await scenario.stack.create({ Resources: WITH_CUSTOM });
    expect(Math.floor((scenario.clock.now() - start) / MINUTE)).toBe(10);
  });

  it('that never comes fails after an hour', async () => {
    scenario.world.asynchronousInvocations.deliveries = (_fn, event) => (event as { RequestType: string }).RequestType === 'Create' ? [] : [0];
    await expect(scenario.stack.create({ Resources: WITH_CUSTOM })).rejects.toMatchObject({
      logicalId: 'Custom', reason: expect.stringContaining('CloudFormation did not receive a response from your Custom Resource.'),
    });
  });
});
