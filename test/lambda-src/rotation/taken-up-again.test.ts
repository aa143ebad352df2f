import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { CONFIG_VARIABLE, RotationConfig } from '../../../src/private/rotation-contract';
import { failsWith } from '../../world/nodes';
import { loseOnce, Scenario, withFleet } from '../scenario';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const COLON = {};
const props = withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True'));

function configure({ fn }: Scenario, config: RotationConfig): void {
  fn.environment[CONFIG_VARIABLE] = JSON.stringify(config);
}

function currentKey({ secretArn, world }: Scenario): string | undefined {
  return /AKIA\w+/.exec(world.secretsManager.valueOf(secretArn) ?? '')?.[0];
}

/** A credential in JSON, one in another format that has replaced it, and JSON again. */
async function changedAndBack() {
  const scenario = new Scenario();
  await scenario.rotateWell();
  const { config } = scenario;
  configure(scenario, { ...config, format: COLON });
  await scenario.rotateWell();
  configure(scenario, config);
  const [before, after] = scenario.keys;
  return { after, before, config, scenario };
}

describe('a rotation whose configuration is that of the previous version again', () => {
  it('takes the credential up that this one holds, and makes no key', async () => {
    const { after, before, scenario } = await changedAndBack();
    await scenario.rotateWell();
    expect([currentKey(scenario), scenario.keys]).toEqual([before, [before, after]]);
  });

  it('forgets since when it was out of use, because its grace begins anew after this', async () => {
    const { before, scenario } = await changedAndBack();
    await scenario.watch();
    await scenario.rotateWell();
    const labels = Object.values(scenario.world.secretsManager.labelsOf(scenario.secretArn)).flat();
    expect(labels.filter(label => label.startsWith('SES_SMTP_UNUSED_'))).toEqual([]);
    expect(currentKey(scenario)).toBe(before);
  });

  it.each([
    ['a day later', async (scenario: Scenario) => scenario.clock.sleep(DAY + 1)],
    ['when its key is inactive', async ({ userName, keys: [before], world }: Scenario) => world.iam.updateAccessKey(userName, before, 'Inactive')],
    ['when the current key was revoked', async (scenario: Scenario) => {
      const { keys: [, after], userName, world } = scenario;
      world.iam.updateAccessKey(userName, after, 'Inactive');
    }],
    ['when the current key was deleted', async ({ userName, keys: [, after], world }: Scenario) => world.iam.deleteAccessKey(userName, after)],
  ])('makes another key %s', async (_case, happens) => {
    const { after, before, scenario } = await changedAndBack();
    await happens(scenario);
    await scenario.rotateWell();
    expect([before, after]).not.toContain(currentKey(scenario));
  });

  it('gives that version up without its key if the configuration changes once more', async () => {
    const { after, before, config, scenario } = await changedAndBack();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    await scenario.rotate();
    expect(scenario.value('AWSPENDING')).toMatchObject({ username: before });
    configure(scenario, { ...config, format: COLON });
    await scenario.rotate();
    expect(scenario.keys).toEqual([before, after]);
    expect(scenario.value('AWSPENDING')).toEqual({});
  });
});

it('a version that servers may hold is taken up again when its format is configured again, however long that took', async () => {
  const scenario = new Scenario({ props });
  const servers = ['i-00000001', 'i-00000002'].map(id => scenario.addNode(id));
  await scenario.rotateWell();
  const { config } = scenario;
  servers[1].behaviour = failsWith('Failed');
  configure(scenario, { ...config, format: COLON });
  const { token } = await scenario.rotate();
  const { secretsManager } = scenario.world;
  secretsManager.moveLabel(secretsManager.secret(scenario.secretArn), 'AWSPENDING', { from: token });
  servers[1].behaviour = scenario.applies();
  await scenario.clock.sleep(7 * DAY);
  const made = servers[0].heldCredential!.username;
  await scenario.rotateWell();
  expect(servers.map(({ heldCredential }) => heldCredential?.username)).toEqual([made, made]);
  expect(currentKey(scenario)).toBe(made);
  const labels = Object.values(secretsManager.labelsOf(scenario.secretArn)).flat();
  expect(labels.filter(label => label.startsWith('SES_SMTP_DELIVERED_'))).toHaveLength(1);
});
