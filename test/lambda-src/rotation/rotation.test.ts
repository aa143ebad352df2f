import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { leaksIn } from '../../reliability/leaks';
import { AwsError } from '../../world';
import { afterStep, failureOf, Scenario, withFleet } from '../scenario';

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
      'ListAccessKeys', 'DescribeSecret', 'GetSecretValue', 'GetSecretValue', 'GetSecretValue',
      'GetSecretValue', 'DeleteAccessKey', 'CreateAccessKey', 'PutSecretValue',
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
    const order = scenario.world.calls.filter(({ action, input }) => action === 'SendCommand' || input.VersionStage === 'AWSCURRENT');
    expect(order.map(({ action }) => action)).toEqual(['SendCommand', 'UpdateSecretVersionStage']);
    expect(failureOf(await scenario.rotate())).toBeUndefined();
  });
});

describe('the function', () => {
  it('refuses a secret that is not its own, one whose name only begins alike included', async () => {
    const scenario = new Scenario();
    const { token } = await scenario.rotate();
    for (const foreign of [scenario.secretArn.replace('Newsletter', 'Other'), `${scenario.secretArn}-2`]) {
      await expect(scenario.invoke('createSecret', token, foreign)).rejects
        .toThrow(`this function rotates ${scenario.secretArn} and no other secret, got ${foreign}; each secret needs a SesSmtpCredentialRotation of its own`);
    }
  });

  it('refuses a step that Secrets Manager does not have', async () => {
    const scenario = new Scenario();
    await expect(scenario.invoke('toString', 'token')).rejects
      .toThrow('toString: there is no such step; Secrets Manager has createSecret, setSecret, testSecret, finishSecret');
  });

  it('refuses a version that carries neither label', async () => {
    const scenario = new Scenario();
    for (const step of ['createSecret', 'testSecret']) {
      await expect(scenario.invoke(step, 'unknown')).rejects.toThrow(`${step}: version unknown is neither AWSPENDING nor AWSCURRENT`);
    }
  });

  it('reports an error of AWS with its name and what happens next', async () => {
    const scenario = new Scenario();
    scenario.world.intercept = async () => { throw new AwsError('DecryptionFailure', 'Cannot decrypt.'); };
    expect(failureOf(await scenario.rotate())?.message).toBe('createSecret: DecryptionFailure: Cannot decrypt.; '
      + `wait for the retry; if the error stays, fix what it names and rotate again${afterStep('accessdenied-on-kms')}`);
  });

  it('writes one JSON object a line, with the step, and no password or secret key in any of them', async () => {
    const scenario = new Scenario(fleet);
    scenario.addNode('i-00000001');
    await scenario.rotateWell();
    const lines = scenario.logs.map(line => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(line => line.message)).toContain('credential promoted');
    for (const line of lines) expect(Object.keys(line).slice(0, 5)).toEqual(['level', 'secretArn', 'versionId', 'step', 'message']);
    expect(leaksIn(scenario.logs.join('\n'), scenario.world, [scenario.world.region])).toEqual([]);
  });

  it('makes no call that the synthesized policies do not allow, and needs every action that they allow', async () => {
    const scenario = new Scenario({ props: stack => ({ ...fleet.props(), encryptionKey: new Key(stack, 'Key') }) });
    scenario.addNode('i-00000001');
    for (let rotation = 0; rotation < 3; rotation++) await scenario.rotateWell();
    await scenario.world.eventRules.pass(26 * 3_600_000);
    const calls = scenario.world.permissions.calls.filter(({ principal }) => principal.includes('NewsletterRole'));
    expect(calls.filter(({ allowed }) => !allowed)).toEqual([]);
    expect([...new Set(calls.map(({ action }) => action))].sort()).toEqual([
      'iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:GetAccessKeyLastUsed', 'iam:ListAccessKeys', 'iam:UpdateAccessKey', 'kms:Decrypt', 'kms:GenerateDataKey',
      'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage',
      'ssm:ListCommandInvocations', 'ssm:ListCommands', 'ssm:SendCommand',
    ]);
  });
});
