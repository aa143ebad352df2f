import { beforeEach, describe, expect, it } from 'vitest';
import { DeployedFunction, VirtualClock, World } from '..';

const HOUR = 3_600_000;
const RULE = 'arn:aws:events:eu-west-1:111122223333:rule/hourly';
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:fn';

let world: World;
let events: unknown[];

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  events = [];
  world.functionInvoker = async (_fn, event) => { events.push(event); };
});

function addFunction(sourceArn: string): void {
  const permissions = [{ action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com', sourceArn }];
  world.functions.add({ arn: FUNCTION, name: 'fn', permissions } as unknown as DeployedFunction);
}

describe('a scheduled rule', () => {
  it('calls its function with its input as often as its rate says', async () => {
    addFunction(RULE);
    world.eventRules.add(RULE, 'rate(1 hour)', [{ functionArn: FUNCTION, input: '{"action":"look"}' }]);
    const start = world.clock.now();
    await world.eventRules.pass(2.5 * HOUR);
    expect(events).toEqual([{ action: 'look' }, { action: 'look' }]);
    expect(world.clock.now() - start).toBe(2.5 * HOUR);
  });

  it('goes on when its function fails, and keeps the error', async () => {
    addFunction(RULE);
    world.functionInvoker = async () => { throw new Error('broken'); };
    world.eventRules.add(RULE, 'rate(30 minutes)', [{ functionArn: FUNCTION, input: '{}' }]);
    await world.eventRules.pass(HOUR);
    expect(world.eventRules.failures).toEqual([new Error('broken'), new Error('broken')]);
  });

  it('needs a permission that names it', async () => {
    addFunction(`${RULE}-other`);
    world.eventRules.add(RULE, 'rate(1 day)', [{ functionArn: FUNCTION, input: '{}' }]);
    await expect(world.eventRules.pass(24 * HOUR)).rejects.toThrow(`${RULE} may not invoke ${FUNCTION}`);
  });

  it('has a rate, because the world has no calendar', () => {
    expect(() => world.eventRules.add(RULE, 'cron(0 3 * * ? *)', [])).toThrow('the world knows rates only, got cron(0 3 * * ? *)');
  });
});
