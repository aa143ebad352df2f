import { describe, expect, it } from 'vitest';
import { CredentialFormat } from '../../../src';
import { CONFIG_VARIABLE, RotationConfig } from '../../../src/private/rotation-contract';
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

function reconfigure(scenario: Scenario, changes: Partial<RotationConfig>): void {
  scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, ...changes });
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

  it('fails the watchdog if its key was deleted, also where the name of the endpoint has no region to put another one in', async () => {
    const scenario = await rotated();
    const { username } = scenario.current;
    reconfigure(scenario, { endpoint: { ...scenario.config.endpoint, host: 'relay.example.com', region: 'eu-north-1' } });
    expect(await complaints(scenario)).toEqual([]);
    scenario.world.iam.deleteAccessKey(scenario.userName, String(username));
    expect((await complaints(scenario)).join()).toContain(`access key ${String(username)} in AWSCURRENT no longer exists; to replace it: aws secretsmanager rotate-secret`);
  });

  it('does not fail the watchdog if the endpoint of that region does not decide, because the function may not reach it', async () => {
    const scenario = await rotated();
    edit(scenario, value => value.replaceAll('eu-west-1', 'eu-north-1'));
    scenario.ses.setFaults({ temporaryFailure: () => true });
    expect(await complaints(scenario)).toEqual([]);
  });

  it('is for the endpoint if what it names is no region', async () => {
    const scenario = await rotated();
    edit(scenario, value => value.replace('"region":"eu-west-1"', '"region":"Ireland"'));
    expect(await complaints(scenario)).toEqual([]);
    expect(scenario.ses.logins.at(-1)).toMatchObject({ code: 235 });
  });
});

describe('a current value in a format without a region', () => {
  it('is tested at the endpoint', async () => {
    const scenario = new Scenario({ props: () => ({ credentialFormat: CredentialFormat.usernameColonPassword() }) });
    await scenario.rotateWell();
    const logins = scenario.ses.logins.length;
    expect(await complaints(scenario)).toEqual([]);
    expect(scenario.ses.logins.slice(logins)).toMatchObject([{ code: 235 }, { code: 235 }, { code: 235 }]);
  });
});

describe('a current value in the format from before a change', () => {
  it('fails the watchdog if the endpoint refuses the login', async () => {
    const scenario = await rotated();
    const { username } = scenario.current;
    reconfigure(scenario, { format: { fields: { username: 'SMTP_USERNAME', password: 'SMTP_PASSWORD' } } });
    expect(await complaints(scenario)).toEqual([]);
    scenario.world.iam.deleteAccessKey(scenario.userName, String(username));
    expect((await complaints(scenario)).join()).toContain(`refused the login of access key ${String(username)}`);
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
