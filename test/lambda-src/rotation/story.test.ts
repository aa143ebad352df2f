import { beforeEach, describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { AwsError, ConnectionLost } from '../../world';
import { SimulatedNode } from '../../world/nodes';
import { Scenario, withFleet } from '../scenario';

let scenario: Scenario;
let server: SimulatedNode;

beforeEach(() => {
  const tagged = MailServerTargets.tag('EmailServers', 'True');
  scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, tagged) });
  server = scenario.addNode('i-00000001');
});

/** What the log tells since the last time: level, step, message and details, with names for what is random. */
function story(): string[] {
  const names = new Map<string, string>();
  const nameOf = (kind: string) => (id: string) => {
    if (!names.has(id)) names.set(id, `${kind}${[...names.values()].filter(name => name.startsWith(kind)).length + 1}`);
    return names.get(id)!;
  };
  return scenario.logs.splice(0).map(line => {
    const { level, step, message, secretArn, versionId, ...details } = JSON.parse(line) as Record<string, string>;
    expect({ secretArn, versionId }).toEqual({ secretArn: scenario.secretArn, versionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
    return [level, `${step}:`, message, ...Object.entries(details).map(([name, value]) => `${name}=${value}`)].join(' ')
      .replace(/AKIA\w{16}/g, nameOf('key ')).replace(/Mail-\w+-\w+/g, nameOf('resource ')).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, nameOf('id '));
  });
}

/** Loses the first call of an action, before it arrives or on its way back. */
function lose(action: string, what: 'call' | 'reply', label?: string): void {
  let lost = false;
  scenario.world.intercept = async (call, proceed) => {
    if (lost || call.action !== action || (label && call.input.VersionStage !== label)) return proceed();
    lost = true;
    if (what === 'reply') await proceed();
    throw new ConnectionLost();
  };
}

/** The times at which an action is called from now on. */
function timesOf(action: string, isIt: (input: Record<string, unknown>) => boolean = () => true, answer: () => void = () => undefined): number[] {
  const times: number[] = [];
  scenario.world.intercept = async (call, proceed) => {
    if (call.action !== action || !isIt(call.input)) return proceed();
    times.push(scenario.clock.now());
    answer();
    return proceed();
  };
  return times;
}

function seconds(times: number[]): number[] {
  return times.map(time => (time - times[0]) / 1000);
}

describe('the log tells', () => {
  it('a rotation in order, with the keys, the command and the servers', async () => {
    for (const rotation of [1, 2, 3]) {
      if (rotation === 3) story();
      await scenario.rotateWell();
    }
    expect(story()).toMatchInlineSnapshot(`
      [
        "INFO createSecret: step started",
        "INFO createSecret: previous access key deleted accessKeyId=key 1",
        "INFO createSecret: access key created accessKeyId=key 2",
        "INFO createSecret: credential stored accessKeyId=key 2",
        "INFO createSecret: step finished",
        "INFO setSecret: step started",
        "INFO setSecret: login accepted accessKeyId=key 2 attempts=3 endpoint=email-smtp.eu-west-1.amazonaws.com:587 seconds=0",
        "INFO setSecret: command sent commandId=id 1 document=resource 1",
        "INFO setSecret: mail servers answered commandId=id 1 confirmed=1 failed=0 targets=1 document=resource 1",
        "INFO setSecret: step finished",
        "INFO testSecret: step started",
        "INFO testSecret: login accepted accessKeyId=key 2 attempts=1 endpoint=email-smtp.eu-west-1.amazonaws.com:587 seconds=0",
        "INFO testSecret: step finished",
        "INFO finishSecret: step started",
        "INFO finishSecret: credential promoted accessKeyId=key 2",
        "INFO finishSecret: step finished",
      ]
    `);
  });

  it('which key was left over, and that the next attempt makes another one', async () => {
    lose('CreateAccessKey', 'reply');
    await scenario.rotate({ maxAttempts: 2 });
    expect(story().slice(0, 6)).toMatchInlineSnapshot(`
      [
        "INFO createSecret: step started",
        "ERROR createSecret: step failed error=createSecret: no access key could be created for user "resource 1": ConnectionLost: socket hang up; fix what the error names and rotate again, or wait for the retry, which deletes or names a key that this attempt may have left behind; mail continues with the current credential if that works; see https://github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation/blob/main/docs/operations.md#another-error-of-aws",
        "INFO createSecret: step started",
        "WARN createSecret: deleted an access key that no version refers to accessKeyId=key 1",
        "INFO createSecret: access key created accessKeyId=key 2",
        "INFO createSecret: credential stored accessKeyId=key 2",
      ]
    `);
  });

  it('what a retry found done', async () => {
    lose('UpdateSecretVersionStage', 'call', 'AWSCURRENT');
    await scenario.rotate({ maxAttempts: 2 });
    expect(story().slice(-14)).toMatchInlineSnapshot(`
      [
        "INFO createSecret: step started",
        "INFO createSecret: found the credential that an earlier attempt stored",
        "INFO createSecret: step finished",
        "INFO setSecret: step started",
        "INFO setSecret: login accepted accessKeyId=key 1 attempts=3 endpoint=email-smtp.eu-west-1.amazonaws.com:587 seconds=0",
        "INFO setSecret: found the command of an earlier attempt commandId=id 1 document=resource 1",
        "INFO setSecret: mail servers answered commandId=id 1 confirmed=1 failed=0 targets=1 document=resource 1",
        "INFO setSecret: step finished",
        "INFO testSecret: step started",
        "INFO testSecret: login accepted accessKeyId=key 1 attempts=1 endpoint=email-smtp.eu-west-1.amazonaws.com:587 seconds=0",
        "INFO testSecret: step finished",
        "INFO finishSecret: step started",
        "INFO finishSecret: credential promoted accessKeyId=key 1",
        "INFO finishSecret: step finished",
      ]
    `);
  });

  it('that servers get the current credential first', async () => {
    await scenario.rotateWell();
    lose('UpdateSecretVersionStage', 'call', 'AWSCURRENT');
    const { token } = await scenario.rotate();
    scenario.world.secretsManager.moveLabel(scenario.world.secretsManager.secret(scenario.secretArn), 'AWSPENDING', { from: token });
    story();
    await scenario.rotateWell();
    expect(story().slice(0, 8)).toMatchInlineSnapshot(`
      [
        "INFO createSecret: step started",
        "WARN createSecret: mail servers may hold a credential that is not current: they get the current one first accessKeyId=key 1",
        "INFO createSecret: login accepted accessKeyId=key 2 attempts=3 endpoint=email-smtp.eu-west-1.amazonaws.com:587 seconds=0",
        "INFO createSecret: command sent commandId=id 1 document=resource 1",
        "INFO createSecret: mail servers answered commandId=id 1 confirmed=1 failed=0 targets=1 document=resource 1",
        "INFO createSecret: previous access key deleted accessKeyId=key 1",
        "INFO createSecret: access key created accessKeyId=key 3",
        "INFO createSecret: credential stored accessKeyId=key 3",
      ]
    `);
  });

  it('what the endpoint answers to a key that it does not know yet', async () => {
    scenario.ses.setFaults({ flapping: [false, true] });
    await scenario.rotateWell();
    expect(story().filter(line => line.includes('login'))).toMatchInlineSnapshot(`
      [
        "INFO setSecret: login not accepted yet accessKeyId=key 1 attempts=1 endpoint=email-smtp.eu-west-1.amazonaws.com:587 error=535 Authentication Credentials Invalid",
        "INFO setSecret: login accepted accessKeyId=key 1 attempts=4 endpoint=email-smtp.eu-west-1.amazonaws.com:587 seconds=2",
        "INFO testSecret: login accepted accessKeyId=key 1 attempts=1 endpoint=email-smtp.eu-west-1.amazonaws.com:587 seconds=0",
      ]
    `);
  });

  it('that a version was given up, and why', async () => {
    lose('UpdateSecretVersionStage', 'call');
    await scenario.rotate();
    scenario.world.iam.deleteAccessKey(scenario.userName, scenario.keys[0]);
    story();
    await scenario.rotate();
    expect(story()).toMatchInlineSnapshot(`
      [
        "INFO createSecret: step started",
        "WARN createSecret: pending version abandoned accessKeyId=key 1 error=its access key key 1 no longer exists",
        "ERROR createSecret: step failed error=createSecret: version id 1 was abandoned and is no longer AWSPENDING: its access key key 1 no longer exists; rotate again: the next rotation starts clean; mail continues with the current credential if that works; see https://github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation/blob/main/docs/operations.md#an-abandoned-version",
      ]
    `);
  });

  it('that a mere test tests what is current, or that there is nothing to test', async () => {
    await scenario.rotate({ immediately: false });
    expect(story()).toMatchInlineSnapshot(`
      [
        "INFO testSecret: step started",
        "INFO testSecret: no rotation is running: testing the current credential",
        "WARN testSecret: the secret holds no credential to test yet: the first rotation makes one",
        "INFO testSecret: step finished",
      ]
    `);
    await scenario.rotateWell();
    story();
    await scenario.rotate({ immediately: false });
    expect(story()).toMatchInlineSnapshot(`
      [
        "INFO testSecret: step started",
        "INFO testSecret: no rotation is running: testing the current credential",
        "INFO testSecret: login accepted accessKeyId=key 1 attempts=1 endpoint=email-smtp.eu-west-1.amazonaws.com:587 seconds=0",
        "INFO testSecret: step finished",
      ]
    `);
  });
});

/** The random part of each pause is in its middle. */
describe('the function asks again', () => {
  it('for a key slot that IAM does not know to be free yet, for twenty seconds', async () => {
    const times = timesOf('CreateAccessKey', undefined, () => { throw new AwsError('LimitExceededException', 'Cannot exceed quota', 409); });
    await scenario.rotate();
    expect(seconds(times)).toEqual([0, 2, 5, 9.5, 16.25]);
  });

  it('for a value that does not show yet, for five seconds', async () => {
    await scenario.rotateWell();
    const token = '0000000a-0000-4000-8000-000000000001';
    scenario.world.secretsManager.createPlaceholder(scenario.world.secretsManager.secret(scenario.secretArn), token);
    const times = timesOf('GetSecretValue', ({ VersionId }) => VersionId === token);
    await expect(scenario.invoke('setSecret', token)).rejects.toThrow('holds no credential');
    expect(seconds(times)).toEqual([0, 1, 2.5, 4.5]);
  });

  it('for a key that IAM does not list yet, for twenty seconds', async () => {
    lose('UpdateSecretVersionStage', 'call');
    await scenario.rotate();
    scenario.world.iam.deleteAccessKey(scenario.userName, scenario.keys[0]);
    const times = timesOf('ListAccessKeys');
    await scenario.rotate();
    expect(seconds(times)).toEqual([0, 0, 2, 5, 9.5, 16.25]);
  });

  it('for a login, for five minutes', async () => {
    scenario.ses.setFaults({ propagationDelay: 3_600_000 });
    await scenario.rotate();
    expect(seconds(scenario.ses.logins.map(({ at }) => at))).toEqual([
      0, 2, 5, 9.5, 16.25, 26.375, 41.375, 56.375, 71.375, 86.375, 101.375, 116.375,
      131.375, 146.375, 161.375, 176.375, 191.375, 206.375, 221.375, 236.375, 251.375, 266.375, 281.375, 296.375,
    ]);
  });

  it('for the end of a command', async () => {
    await scenario.rotateWell();
    server.startsAfter = 60_000;
    const times = timesOf('ListCommands', ({ CommandId }) => CommandId !== undefined);
    await scenario.rotateWell();
    expect(seconds(times)).toEqual([0, 2, 5, 9.5, 16.25, 26.375, 41.375, 56.375, 71.375]);
  });
});
