import { afterEach, describe, expect, it } from 'vitest';
import { DocumentOnNode, HOST, PASSWORD, USERNAME, VERSION } from './document-on-node';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { formatCredential } from '../../../lambda-src/secret/credential';
import { CredentialDocument, CredentialFormat } from '../../../src';
import { regionalFields } from '../../../src/private/rotation-contract';
import { ScriptNodeOptions } from '../../world/nodes';

const APPLIED = `SES_SMTP_CREDENTIAL_APPLIED ${VERSION}\n`;
const SAVE = 'printf "%s:%s@%s:%s" "$SMTP_USERNAME" "$SMTP_PASSWORD" "$SMTP_HOST" "$SMTP_PORT" >"$HOME/root/saved"';

const OTHER_PASSWORD = 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF';

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

function shellScript(script: string, format?: CredentialFormat, options?: Partial<ScriptNodeOptions>): DocumentOnNode {
  onNode = new DocumentOnNode(CredentialDocument.shellScript(script), format, options);
  return onNode;
}

describe('a shell script', () => {
  it('gets the credential of the version, and the marker is printed when it succeeded', async () => {
    shellScript(SAVE);
    await onNode.answerWithCredential();
    expect(await onNode.run()).toMatchObject({ status: 'Success', output: APPLIED });
    expect(await onNode.node.read('saved')).toBe(`${USERNAME}:${PASSWORD}@email-smtp.eu-west-1.amazonaws.com:587`);
    expect(await onNode.node.read('aws-calls')).toContain(`--version-id ${VERSION} --region eu-west-1`);
  });

  it('works with an agent that is too old to export parameters', async () => {
    shellScript(SAVE, undefined, { agentVersion: '3.2.0.0' });
    await onNode.answerWithCredential();
    expect(await onNode.run()).toMatchObject({ status: 'Success', output: APPLIED });
    expect(await onNode.node.read('aws-calls')).toContain(`--version-id ${VERSION}`);
  });

  it('reads username:password', async () => {
    shellScript(SAVE, CredentialFormat.usernameColonPassword());
    await onNode.answer(`${USERNAME}:${PASSWORD}`, 'AWSCURRENT,AWSPENDING');
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read('saved')).toContain(`${USERNAME}:${PASSWORD}@`);
  });

  it('reads username:password where JSON is configured, as in a version from before the change', async () => {
    shellScript(SAVE);
    await onNode.answer(`${USERNAME}:${PASSWORD}`, 'AWSCURRENT');
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read('saved')).toContain(`${USERNAME}:${PASSWORD}@`);
  });

  it.each([
    ['of its own region', undefined, PASSWORD],
    ['of an additional region', 'eu-central-1', OTHER_PASSWORD],
  ])('reads the password %s, among those of all', async (_which, region, expected) => {
    const fields = { username: 'username', password: 'password', host: 'host' };
    const endpoint = { host: HOST, port: 587, region: 'eu-west-1', implicitTls: false };
    const additionalEndpoints = [{ ...endpoint, region: 'eu-central-1' }, { ...endpoint, region: 'eu-west-2' }];
    const passwords: Record<string, string> = { 'eu-west-1': PASSWORD, 'eu-central-1': OTHER_PASSWORD, 'eu-west-2': `${PASSWORD.slice(0, -1)}x` };
    const value = formatCredential(USERNAME, of => new SecretText(passwords[of]), { endpoint, additionalEndpoints, format: { fields } });
    const { password } = region ? regionalFields(fields, region) : fields;
    shellScript(SAVE, CredentialFormat.json({ fields: { username: 'username', password } }));
    await onNode.answer(value.reveal());
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read('saved')).toContain(`${USERNAME}:${expected}@`);
  });

  it('reads JSON with other names and line breaks', async () => {
    shellScript(SAVE, CredentialFormat.json({ fields: { username: 'user', password: 'pass' } }));
    await onNode.answer(JSON.stringify({ pass: PASSWORD, note: 'user', user: USERNAME }, undefined, 2), 'AWSCURRENT');
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read('saved')).toContain(`${USERNAME}:${PASSWORD}@`);
  });

  it('fails, without the marker, as soon as one of its commands fails', async () => {
    shellScript(`false\n${SAVE}`);
    await onNode.answerWithCredential();
    const result = await onNode.run();
    expect(result.status).toBe('Failed');
    expect(result.output).not.toContain('APPLIED');
    expect(result.output).toContain('SES_SMTP_CREDENTIAL_FAILED the script ended with exit code 1');
    await expect(onNode.node.read('saved')).rejects.toThrow('ENOENT');
  });

  it('may print as much as it likes: the marker stays the first line of the output', async () => {
    shellScript('i=0; while [ $i -lt 300 ]; do echo "a line of output"; i=$((i+1)); done');
    await onNode.answerWithCredential();
    expect((await onNode.run()).output.split('\n')[0]).toBe(APPLIED.trim());
  });

  it('does not have the password in the environment of the programs that it starts', async () => {
    shellScript('env >"$HOME/root/saved"');
    await onNode.answerWithCredential();
    await onNode.run();
    expect(await onNode.node.read('saved')).not.toContain(PASSWORD);
  });

  it('runs in the shell that it names', async () => {
    shellScript('#!/bin/bash\nparts=(a b); printf "%s" "${parts[1]}$BASH_VERSION" >"$HOME/root/saved"');
    await onNode.answerWithCredential();
    expect((await onNode.run()).status).toBe('Success');
    expect(await onNode.node.read('saved')).toMatch(/^b\d/);
  });
});

describe('a credential that cannot be used', () => {
  async function outputFor(value: string, stages?: string, format?: CredentialFormat): Promise<string> {
    shellScript(SAVE, format);
    await onNode.answer(value, stages);
    const { output, status } = await onNode.run();
    expect(status).toBe('Failed');
    await expect(onNode.node.read('saved')).rejects.toThrow('ENOENT');
    expect(output).not.toContain(PASSWORD);
    return output;
  }

  it('is refused when its version was given up or replaced meanwhile', async () => {
    const value = JSON.stringify({ username: USERNAME, password: PASSWORD });
    expect(await outputFor(value, 'AWSPREVIOUS')).toContain(`FAILED version ${VERSION} is no longer pending or current`);
  });

  it.each([
    [JSON.stringify({ username: '', password: PASSWORD }), 'has no access key id'],
    [JSON.stringify({ username: `${USERNAME}; rm -rf /`, password: PASSWORD }), 'has no access key id'],
    [JSON.stringify({ username: USERNAME, password: 'hunter2' }), 'has no SES SMTP password'],
    [JSON.stringify({ username: USERNAME, password: `${PASSWORD}x` }), 'has no SES SMTP password'],
    ['not JSON', 'has no access key id'],
  ])('is refused when the value is %s', async (value, problem) => {
    expect(await outputFor(value)).toContain(`SES_SMTP_CREDENTIAL_FAILED version ${VERSION} ${problem}`);
  });

  it('is refused when a line follows it', async () => {
    expect(await outputFor(`${USERNAME}:${PASSWORD}\nmore`, 'AWSCURRENT', CredentialFormat.usernameColonPassword())).toContain('has no SES SMTP password');
  });
});

describe('a node that cannot read the secret', () => {
  it('says what AWS said and which permissions it needs, after four tries', async () => {
    shellScript(SAVE);
    await onNode.refuse('An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User is not authorized');
    const { output, status } = await onNode.run();
    expect(status).toBe('Failed');
    expect(output).toContain('An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User is not authorized; '
      + 'the instance role needs secretsmanager:GetSecretValue and secretsmanager:DescribeSecret on the secret and, if it has a key of its own, kms:Decrypt on that: use grantRead(role)');
    expect((await onNode.node.read('aws-calls')).split('\n')).toHaveLength(6);
  });
});
