import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { failureOf, Scenario, withFleet } from '../scenario';

describe('testSecret', () => {
  it('logs in once more with the new credential', async () => {
    const scenario = new Scenario();
    const { token } = await scenario.rotate();
    const before = scenario.ses.logins.length;
    await scenario.invoke('testSecret', token);
    expect(scenario.ses.logins.slice(before)).toMatchObject([{ username: scenario.current.username, code: 235 }]);
  });

  it('tests the current credential when rotation is only being configured', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const before = scenario.ses.logins.length;
    await scenario.rotateWell({ immediately: false });
    expect(scenario.ses.logins.slice(before)).toMatchObject([{ username: scenario.current.username, code: 235 }]);
    expect(scenario.keys).toHaveLength(1);
  });

  it('gives servers nothing when rotation is only being configured, also if Secrets Manager copies the current version', async () => {
    const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True')) });
    scenario.addNode('i-00000001');
    await scenario.rotateWell();
    scenario.world.rotation.testVersionCopiesCurrent = true;
    const { length } = scenario.actions;
    await scenario.rotateWell({ immediately: false });
    expect(scenario.actions.slice(length)).toEqual(['GetSecretValue']);
  });

  it('fails when the current credential does not work and rotation is being configured', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    scenario.world.iam.updateAccessKey(scenario.userName, scenario.keys[0], 'Inactive');
    const error = failureOf(await scenario.rotate({ immediately: false }));
    expect(error?.message).toMatch(/^testSecret: .* refused the login of access key/);
  });

  it('has nothing to test before the first rotation, and says so', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell({ immediately: false });
    expect(scenario.logs.some(line => line.includes('"WARN"') && line.includes('the secret holds no credential to test yet'))).toBe(true);
    expect(scenario.ses.logins).toEqual([]);
  });

  it('refuses a version whose value is no credential', async () => {
    const scenario = new Scenario();
    const { token } = await scenario.rotate();
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, format: {} });
    await expect(scenario.invoke('testSecret', token)).rejects.toThrow(`testSecret: version ${token} holds no credential in the configured format`);
  });
});
