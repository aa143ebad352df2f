import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerFleet, MailServerTargets } from '../../../src';
import { APPLIED_MARKER } from '../../../src/private/rotation-contract';
import { AwsError, ConnectionLost } from '../../world';
import { failsWith, NodeBehaviour, skipsEveryStep, takesCredentialFromParameters } from '../../world/nodes';
import { afterStep, failureOf, Scenario, withFleet } from '../scenario';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function withFleets(...fleets: Partial<MailServerFleet>[]): Scenario {
  const mailServers = fleets.map(fleet => ({
    targets: MailServerTargets.tag('EmailServers', 'True'), document: CredentialDocument.postfix(), ...fleet,
  }));
  return new Scenario({ props: () => ({ mailServers }) });
}

/** A fleet whose first rotation went well. */
async function rotatedOnce(fleet: Partial<MailServerFleet> = {}) {
  const scenario = withFleets(fleet);
  const nodes = [scenario.addNode('i-00000001'), scenario.addNode('i-00000002')];
  await scenario.rotateWell();
  return { scenario, nodes, first: String(scenario.current.username) };
}

async function messageOf(scenario: Scenario): Promise<string | undefined> {
  return failureOf(await scenario.rotate())?.message;
}

function sent(scenario: Scenario) {
  return scenario.world.ssm.commands;
}

describe('the proof of a new credential', () => {
  it('waits until SES knows the key, with the connection kept or closed', async () => {
    for (const closeAfterRefusal of [true, false]) {
      const scenario = new Scenario();
      scenario.ses.setFaults({ propagationDelay: 90_000, closeAfterRefusal });
      await scenario.rotateWell();
      expect(scenario.ses.logins.filter(({ code }) => code === 535).length).toBeGreaterThan(5);
    }
  });

  it('takes three successes in a row, because every host of the endpoint learns of the key by itself', async () => {
    const scenario = new Scenario();
    scenario.ses.setFaults({ flapping: [true, true, false, true, false] });
    await scenario.rotateWell();
    const codes = scenario.ses.logins.map(({ code }) => code);
    expect(codes).toEqual([235, 235, 535, 235, 535, 235, 235, 235, 235]);
  });

  it('does not take a temporary failure for a refusal', async () => {
    const scenario = new Scenario();
    let busy = 4;
    scenario.ses.setFaults({ temporaryFailure: () => busy-- > 0 });
    await scenario.rotateWell();
    expect(scenario.keys).toHaveLength(1);
  });

  it('ends before the function does, names endpoint and key, and nothing is sent to a server', async () => {
    const scenario = withFleets({});
    scenario.ses.setFaults({ propagationDelay: 60 * MINUTE });
    const start = scenario.clock.now();
    const message = await messageOf(scenario);
    expect(message).toBe(`setSecret: email-smtp.eu-west-1.amazonaws.com:587 refused the login of access key ${scenario.keys[0]}: `
      + '535 Authentication Credentials Invalid; if the key is new, wait for the retry; if not, check that it is active and that its password is for the Region of the endpoint'
      + afterStep('ses-refuses-the-login'));
    expect(scenario.clock.now() - start).toBeLessThan(6 * MINUTE);
    expect(sent(scenario)).toEqual([]);
  });

  it('gives a credential up that SES has refused for half an hour, so that the next rotation starts clean', async () => {
    const scenario = new Scenario();
    scenario.ses.setFaults({ propagationDelay: 60 * MINUTE });
    await messageOf(scenario);
    await scenario.clock.sleep(30 * MINUTE);
    expect(await messageOf(scenario)).toMatch(/^setSecret: version .* was abandoned and is no longer AWSPENDING: .* refused the login/);
    expect(scenario.keys).toEqual([]);
    scenario.ses.setFaults({});
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('never gives up a credential that is current', async () => {
    const scenario = new Scenario();
    const { token } = await scenario.rotate();
    scenario.ses.setFaults({ propagationDelay: 600 * MINUTE });
    await scenario.clock.sleep(60 * MINUTE);
    await expect(scenario.invoke('setSecret', token)).rejects.toThrow('refused the login');
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('is not tried with a version that holds no credential', async () => {
    const scenario = new Scenario();
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'DescribeSecret') throw new ConnectionLost();
      return proceed();
    };
    const { token } = await scenario.rotate();
    await expect(scenario.invoke('setSecret', token)).rejects.toThrow(`setSecret: version ${token} holds no credential; wait for the retry, which makes one`);
  });
});

describe('a server that does not take the credential', () => {
  const failures: [string, NodeBehaviour | undefined, string][] = [
    ['fails', failsWith('SES_SMTP_CREDENTIAL_FAILED postmap cannot build hash:/etc/postfix/sasl_passwd'), 'Failed: postmap cannot build'],
    ['succeeds without doing anything', skipsEveryStep(), 'Success, but the document did not report the credential as applied'],
    ['reports another version', (execution) => [{ name: 'x', status: 'Success', responseCode: 0, output: `${APPLIED_MARKER} other\n${execution.commandId}` }],
      'Success, but the document did not report the credential as applied'],
    ['is offline', undefined, 'DeliveryTimedOut'],
  ];

  it.each(failures)('because it %s refuses the rotation, and the current credential stays', async (_, behaviour, reason) => {
    const { scenario, nodes: [, node], first } = await rotatedOnce();
    if (behaviour) node.behaviour = behaviour;
    node.online = behaviour !== undefined;
    const message = await messageOf(scenario);
    expect(message).toContain('setSecret: 1 of 2 mail servers did not apply the credential with document Mail');
    expect(message).toContain(`i-00000002 (${reason}`);
    expect(message).toContain(`look at command ${sent(scenario).at(-1)?.id} in Run Command, fix or remove the servers, and rotate again`);
    expect(scenario.current.username).toBe(first);
    expect(scenario.keys).toContain(first);
  });

  it('heals with the retry, which makes no further key', async () => {
    const { scenario, nodes: [, node], first } = await rotatedOnce();
    node.behaviour = failsWith('disk full');
    await messageOf(scenario);
    const keys = scenario.keys;
    node.behaviour = scenario.applies();
    await scenario.rotateWell();
    expect(scenario.keys).toEqual(keys);
    expect(node.heldCredential?.username).toBe(scenario.current.username);
    expect(scenario.value('AWSPREVIOUS').username).toBe(first);
  });

  it('is told from its invocation, whatever the command as a whole reports', async () => {
    for (const status of ['Undeliverable', 'InvalidPlatform', 'AccessDenied', 'Terminated'] as const) {
      const { scenario, nodes: [, node] } = await rotatedOnce();
      node.forcedStatusDetails = status;
      expect(await messageOf(scenario)).toContain(`i-00000002 (${status})`);
    }
  });

  it('is not quoted when the document is somebody else\'s, which may print a credential', async () => {
    const scenario = withFleets({
      document: CredentialDocument.existing('UpdateRelay', { secretArnParameter: 'Arn', versionIdParameter: 'Version', regionParameter: 'Region' }),
    });
    scenario.world.ssm.documents.register({
      name: 'UpdateRelay',
      content: {
        schemaVersion: '2.2',
        parameters: { Arn: { type: 'String' }, Version: { type: 'String' }, Region: { type: 'String' } },
        mainSteps: [{ action: 'aws:runShellScript', name: 'update', inputs: { runCommand: ['true'] } }],
      },
    });
    scenario.addNode('i-00000001', failsWith('SES_SMTP_CREDENTIAL_FAILED the password is x'));
    expect(await messageOf(scenario)).toContain('document UpdateRelay: i-00000001 (Failed);');
  });

  it('is one of five that the message names; it counts the others', async () => {
    const { scenario } = await rotatedOnce();
    for (let index = 10; index < 70; index++) scenario.addNode(`i-000000${index}`, failsWith('no'));
    const message = await messageOf(scenario);
    expect(message).toContain('60 of 62 mail servers');
    expect(message).toContain('and 55 more;');
    expect(message?.match(/i-0/g)).toHaveLength(5);
  });
});

describe('a fleet without servers', () => {
  it('is accepted by the first rotation, with a warning', async () => {
    const scenario = withFleets({});
    await scenario.rotateWell();
    expect(scenario.logs.some(line => line.includes('"WARN"') && line.includes('reached 0 mail servers, at least 1 must confirm; accepted'))).toBe(true);
  });

  it('fails every later rotation', async () => {
    const { scenario, first } = await rotatedOnce();
    scenario.world.ssm.nodes.length = 0;
    expect(await messageOf(scenario)).toMatch(/^setSecret: command .* reached 0 mail servers, at least 1 must confirm; check that the servers run/);
    expect(scenario.current.username).toBe(first);
  });

  it('is accepted for good with minimumTargets 0', async () => {
    const scenario = withFleets({ minimumTargets: 0 });
    await scenario.rotateWell();
    await scenario.rotateWell();
    expect(scenario.keys).toHaveLength(2);
  });

  it('is not taken for a first one because the format was changed', async () => {
    const { scenario } = await rotatedOnce({ minimumTargets: 2 });
    scenario.world.secretsManager.putByHand(scenario.secretArn, `note: ${scenario.keys[0]}`);
    scenario.world.ssm.nodes.length = 1;
    expect(await messageOf(scenario)).toContain('reached 1 mail servers, at least 2 must confirm');
  });
});

describe('a push', () => {
  it('waits for servers that are slow and invocations that appear late', async () => {
    const { scenario, nodes: [slow, late] } = await rotatedOnce();
    slow.startsAfter = 4 * MINUTE;
    late.appearsAfter = 3 * MINUTE;
    late.startsAfter = 3 * MINUTE;
    await scenario.rotateWell();
    expect([slow, late].map(node => node.heldCredential?.username)).toEqual([scenario.current.username, scenario.current.username]);
  });

  it('that outlives every step is waited for by the retry, not sent again', async () => {
    const { scenario, nodes: [slow] } = await rotatedOnce({ timeout: Duration.hours(1) });
    slow.startsAfter = 50 * MINUTE;
    const start = scenario.clock.now();
    const outcome = await scenario.rotate({ maxAttempts: 2 });
    expect(outcome.attempts[0].at(-1)?.error).toMatchObject({
      message: expect.stringMatching(/^finishSecret: command .* \(document .*\) was still running when the function had to end: i-00000001 \(InProgress\); wait for the retry, which keeps/) as string,
    });
    expect(outcome.succeeded).toBe(true);
    expect(sent(scenario)).toHaveLength(2);
    expect(scenario.clock.now() - start).toBeGreaterThan(50 * MINUTE);
  });

  it('that goes on for longer than a day is waited for, too', async () => {
    const { scenario, nodes: [slow] } = await rotatedOnce({ timeout: Duration.hours(48) });
    slow.startsAfter = 40 * HOUR;
    await messageOf(scenario);
    await scenario.clock.sleep(38 * HOUR);
    expect(await messageOf(scenario)).toContain(`command ${sent(scenario)[1].id} (document`);
    await scenario.clock.sleep(HOUR);
    await scenario.rotateWell();
    expect(sent(scenario)).toHaveLength(2);
  });

  it('whose reply was lost is found by its comment', async () => {
    const { scenario } = await rotatedOnce();
    let lost = false;
    scenario.world.intercept = async (call, proceed) => {
      const output = await proceed();
      if (call.action !== 'SendCommand' || lost) return output;
      lost = true;
      throw new ConnectionLost();
    };
    const outcome = await scenario.rotate({ maxAttempts: 2 });
    expect(outcome.succeeded).toBe(true);
    expect(sent(scenario)).toHaveLength(2);
  });

  it('is found when it was sent to nodes by their ids, too', async () => {
    const scenario = withFleets({ targets: MailServerTargets.managedNodes('i-00000001', 'mi-00000000000000002') });
    scenario.addNode('i-00000001');
    const hybrid = scenario.addNode('mi-00000000000000002');
    await scenario.rotateWell();
    expect(hybrid.heldCredential?.username).toBe(scenario.current.username);
    expect(sent(scenario)).toHaveLength(1);
  });

  it('reaches the members of a resource group', async () => {
    const scenario = withFleets({ targets: MailServerTargets.resourceGroup('relays') });
    const node = scenario.addNode('i-00000001');
    node.resourceGroups.push('relays');
    await scenario.rotateWell();
    expect(node.heldCredential?.username).toBe(scenario.current.username);
  });

  it('reads every page of a large fleet', async () => {
    const { scenario, nodes } = await rotatedOnce();
    for (let index = 0; index < 130; index++) nodes.push(scenario.addNode(`i-0000000${100 + index}`));
    await scenario.rotateWell();
    expect(new Set(nodes.map(node => node.heldCredential?.username))).toEqual(new Set([scenario.current.username]));
    nodes[100].behaviour = failsWith('no');
    expect(await messageOf(scenario)).toContain('1 of 132 mail servers');
  });

  it('goes to all fleets, and the message names what failed in each', async () => {
    const scenario = withFleets({}, { targets: MailServerTargets.tag('Backup', 'yes') });
    scenario.addNode('i-00000001', failsWith('one'));
    scenario.addNode('i-00000002', failsWith('two')).tags.Backup = 'yes';
    const message = await messageOf(scenario);
    expect(message).toContain('2 of 2 mail servers');
    expect(message).toContain('1 of 1 mail servers');
  });

  it('carries ARN and version id, never the password', async () => {
    const { scenario } = await rotatedOnce();
    const { input } = scenario.world.calls.find(({ action }) => action === 'SendCommand') ?? {};
    expect(input).toMatchObject({
      Parameters: {
        SecretArn: [scenario.secretArn], VersionId: [expect.stringMatching(/^[0-9a-f-]{36}$/)], Region: ['eu-west-1'],
      },
    });
  });

  it('carries the credential only in a document that takes it as parameters', async () => {
    const scenario = withFleets({ document: CredentialDocument.existingWithCredential('UpdateRelay', { parameters: { Service: 'relay' } }) });
    scenario.world.ssm.documents.register({
      name: 'UpdateRelay',
      content: {
        schemaVersion: '2.2',
        parameters: { SESUsername: { type: 'String' }, SESPassword: { type: 'String' }, Service: { type: 'String' } },
        mainSteps: [{ action: 'aws:runShellScript', name: 'update', inputs: { runCommand: ['true'] } }],
      },
    });
    const node = scenario.addNode('i-00000001', takesCredentialFromParameters());
    await scenario.rotateWell();
    expect(node.heldCredential).toEqual({ username: scenario.current.username, password: scenario.current.password });
    node.behaviour = skipsEveryStep();
    expect(await messageOf(scenario)).toContain('i-00000001 (Success, but every step of the document was skipped)');
  });

  it('that carries the credential is not quoted when it cannot be sent', async () => {
    const scenario = withFleets({ document: CredentialDocument.existingWithCredential('UpdateRelay') });
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'SendCommand') throw new AwsError('ValidationException', `Value ${JSON.stringify(call.input.Parameters)} failed`);
      return proceed();
    };
    expect(await messageOf(scenario)).toMatch(/^setSecret: document UpdateRelay could not be sent through Run Command: ValidationException; check/);
    expect(scenario.logs.join('\n')).not.toContain(String(scenario.value('AWSPENDING').password));
  });

  it('fails with the reason of Run Command when it cannot be sent', async () => {
    const { scenario } = await rotatedOnce();
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'SendCommand') throw new AwsError('InvalidDocument', 'The document is not there.');
      return proceed();
    };
    expect(await messageOf(scenario)).toMatch(
      /^setSecret: document Mail\S+ could not be sent through Run Command: InvalidDocument: The document is not there\.; check that the document and the nodes exist/);
  });
});

describe('a rotation that has ended', () => {
  it('leaves servers alone while the next one gives them its own', async () => {
    const tagged = MailServerTargets.tag('EmailServers', 'True');
    const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, tagged) });
    scenario.addNode('i-00000001');
    const { token: first } = await scenario.rotate();
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'SendCommand') throw new ConnectionLost();
      return proceed();
    };
    const { token } = await scenario.rotate();
    await expect(scenario.invoke('setSecret', first)).rejects.toThrow(
      `setSecret: version ${first} is AWSCURRENT and version ${token} is AWSPENDING: this rotation has ended, and another one is running; nothing was changed`);
    expect(scenario.world.ssm.commands).toHaveLength(1);
  });
});
