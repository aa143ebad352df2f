import { describe, expect, it } from 'vitest';
import { Scenario } from '../scenario';

const HOUR = 3_600_000;

async function rotated(): Promise<Scenario> {
  const scenario = new Scenario();
  await scenario.rotateWell();
  return scenario;
}

/** Somebody edits the current value by hand. */
function edit({ secretArn, world: { secretsManager } }: Scenario, change: (value: string) => string): void {
  secretsManager.putByHand(secretArn, change(secretsManager.valueOf(secretArn)!));
}

/** What the hourly runs fail with while three hours pass. */
async function complaints({ world: { eventRules } }: Scenario): Promise<string[]> {
  await eventRules.pass(3 * HOUR);
  return eventRules.failures.map(failure => (failure as Error).message);
}

describe('a current value for another region than the endpoint\'s', () => {
  it('fails the watchdog if its key was deleted', async () => {
    const scenario = await rotated();
    const { username } = scenario.current;
    edit(scenario, value => value.replaceAll('eu-west-1', 'eu-north-1'));
    scenario.world.iam.deleteAccessKey(scenario.userName, String(username));
    expect((await complaints(scenario)).join()).toContain(String(username));
  });

  it('fails the watchdog if the region is not a configured one and the endpoint refuses the login', async () => {
    const scenario = await rotated();
    const { username } = scenario.current;
    edit(scenario, value => JSON.stringify({ ...JSON.parse(value) as object, region: 'us-east-1', password: `BA${'x'.repeat(42)}` }));
    expect((await complaints(scenario)).join()).toContain(String(username));
  });
});

describe('a current value that nobody can read', () => {
  it.each<[string, (value: string) => string]>([
    ['has a trailing comma', value => value.replace('}', ',}')],
    ['has lost its password', value => JSON.stringify({ ...JSON.parse(value) as object, password: undefined })],
    ['has an empty password', value => JSON.stringify({ ...JSON.parse(value) as object, password: '' })],
    ['is the access key id alone', value => (JSON.parse(value) as { username: string }).username],
  ])('fails the watchdog because it %s, although it mentions an access key', async (_how, change) => {
    const scenario = await rotated();
    edit(scenario, change);
    expect((await complaints(scenario)).join()).toContain('AWSCURRENT');
  });
});
