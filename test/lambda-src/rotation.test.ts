import { describe, expect, it } from 'vitest';
import { failureOf, Scenario, withFleet } from './scenario';
import { CredentialDocument, MailServerTargets } from '../../src';

const fleet = { props: withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True')) };

describe('a rotation without mail servers', () => {
  it('turns the secret that the template made into a working credential', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    expect(scenario.current).toEqual({
      username: scenario.keys[0],
      password: expect.stringMatching(/^B[A-P][A-Za-z0-9+/]{42}$/),
      host: 'email-smtp.eu-west-1.amazonaws.com',
      port: 587,
      region: 'eu-west-1',
    });
    const { username, password } = scenario.current as { username: string; password: string };
    expect(scenario.ses.login(username, password, { region: 'eu-west-1' })).toEqual({ ok: true, userName: scenario.userName });
  });

  it('keeps the previous credential working, and frees its key in the rotation after', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const [first] = scenario.keys;
    await scenario.rotateWell();
    expect(scenario.keys).toHaveLength(2);
    expect(scenario.value('AWSPREVIOUS').username).toBe(first);
    await scenario.rotateWell();
    expect(scenario.keys).toHaveLength(2);
    expect(scenario.keys).not.toContain(first);
    expect(scenario.keys).toContain(scenario.current.username);
    expect(scenario.keys).toContain(scenario.value('AWSPREVIOUS').username);
  });

  it('takes no more than 14 calls when it runs for the third time', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    await scenario.rotateWell();
    const before = scenario.actions.length;
    await scenario.rotateWell();
    expect(scenario.actions.slice(before)).toEqual([
      'DescribeSecret', 'GetSecretValue', 'GetSecretValue', 'GetSecretValue', 'ListAccessKeys', 'DeleteAccessKey', 'CreateAccessKey', 'PutSecretValue',
      'GetSecretValue',
      'GetSecretValue',
      'GetSecretValue', 'DescribeSecret', 'UpdateSecretVersionStage',
    ]);
  });
});

describe('a rotation with mail servers', () => {
  it('promotes only after every server has confirmed', async () => {
    const scenario = new Scenario(fleet);
    const nodes = [scenario.addNode('i-00000001'), scenario.addNode('mi-0000000000000002')];
    await scenario.rotateWell();
    expect(nodes.map(node => node.heldCredential?.username)).toEqual([scenario.current.username, scenario.current.username]);
    const order = scenario.actions.filter(action => ['SendCommand', 'UpdateSecretVersionStage'].includes(action));
    expect(order).toEqual(['SendCommand', 'UpdateSecretVersionStage']);
    expect(failureOf(await scenario.rotate())).toBeUndefined();
  });
});
