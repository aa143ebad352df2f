import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Scenario } from '../scenario';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TOKEN = '0000000a-0000-4000-8000-000000000001';
const NEXT = '0000000a-0000-4000-8000-000000000002';

async function complaint(scenario: Scenario): Promise<string> {
  return scenario.watch().then(() => '', (error: Error) => error.message);
}

function begin({ secretArn, world: { secretsManager } }: Scenario, token = TOKEN): void {
  secretsManager.createPlaceholder(secretsManager.secret(secretArn), token);
}

function giveUp({ secretArn, world: { secretsManager } }: Scenario): void {
  secretsManager.moveLabel(secretsManager.secret(secretArn), 'AWSPENDING', { from: TOKEN });
}

function emptyLabels({ secretArn, world }: Scenario): string[] {
  return Object.values(world.secretsManager.labelsOf(secretArn)).flat().filter(label => label.startsWith('SES_SMTP_EMPTY_'));
}

describe('a rotation that has stored no value', () => {
  async function inFlight(): Promise<Scenario> {
    const scenario = new Scenario();
    await scenario.rotateWell();
    await scenario.clock.sleep(10 * DAY);
    begin(scenario);
    return scenario;
  }

  it('is not stuck when it has begun a moment ago, however long ago the secret has changed', async () => {
    const scenario = await inFlight();
    expect(await complaint(scenario)).toBe('');
    expect(emptyLabels(scenario)).toEqual([`SES_SMTP_EMPTY_${new Date(scenario.clock.now()).toISOString()}_${TOKEN}`]);
  });

  it('is stuck hours after the watchdog saw it first, whatever else changes the secret meanwhile', async () => {
    const scenario = await inFlight();
    const since = new Date(scenario.clock.now()).toISOString();
    const { secretsManager } = scenario.world;
    for (let hour = 0; hour < 6; hour++) {
      expect(await complaint(scenario)).toBe('');
      await scenario.clock.sleep(HOUR);
      secretsManager.moveLabel(secretsManager.secret(scenario.secretArn), `SOMEBODYS_${hour}`, { to: TOKEN });
    }
    await scenario.clock.sleep(1);
    expect(await complaint(scenario)).toContain(`version ${TOKEN} has been AWSPENDING since ${since}: its rotation is stuck`);
  });

  it('is forgotten when it has ended, and the next one counts anew', async () => {
    const scenario = await inFlight();
    expect(await complaint(scenario)).toBe('');
    await scenario.clock.sleep(5 * HOUR);
    giveUp(scenario);
    begin(scenario, NEXT);
    expect(await complaint(scenario)).toBe('');
    await scenario.clock.sleep(2 * HOUR);
    expect(await complaint(scenario)).toBe('');
    expect(emptyLabels(scenario)).toEqual([expect.stringContaining(NEXT)]);
    await scenario.rotateWell();
    expect(await complaint(scenario)).toBe('');
    expect(emptyLabels(scenario)).toEqual([]);
  });

  it('counts from the last change of a secret that has no current version to be labelled', async () => {
    const scenario = new Scenario({
      before: world => { world.setupSecret({ name: 'smtp' }); },
      props: stack => ({ secret: Secret.fromSecretNameV2(stack, 'Secret', 'smtp') }),
    });
    begin(scenario);
    await scenario.clock.sleep(6 * HOUR + 1);
    expect(await complaint(scenario)).toContain('its rotation is stuck');
    expect(emptyLabels(scenario)).toEqual([]);
  });
});
