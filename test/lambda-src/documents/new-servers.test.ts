import { afterEach, describe, expect, it } from 'vitest';
import { DocumentOnNode, VERSION } from './document-on-node';
import { CredentialDocument } from '../../../src';
import { ScriptNodeOptions } from '../../world/nodes';

const OTHER = 'fedcba98-7654-3210-fedc-ba9876543210';
const ANY = '';

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

async function start(labels: Record<string, string[]>, script = ':', options?: Partial<ScriptNodeOptions>): Promise<void> {
  onNode = new DocumentOnNode(CredentialDocument.shellScript(script), undefined, options);
  await onNode.answerWithCredential();
  await onNode.label(labels);
}

async function versionsRead(): Promise<string[]> {
  return [...(await onNode.node.read('aws-calls')).matchAll(/--version-id (\S+)/g)].map(([, id]) => id);
}

describe('a document that is given no version', () => {
  it.each([
    ['the current one', { [OTHER]: ['AWSPREVIOUS'], [VERSION]: ['AWSCURRENT', `SES_SMTP_DELIVERED_${VERSION}`] }],
    ['the current one while another one has no credential yet', { [OTHER]: ['AWSPENDING'], [VERSION]: ['AWSCURRENT'] }],
    ['the one that a rotation is giving to servers', { [OTHER]: ['AWSCURRENT'], [VERSION]: [`SES_SMTP_DELIVERED_${VERSION}`, 'AWSPENDING'] }],
    ['the current one after a rotation was given up', { [OTHER]: [`SES_SMTP_DELIVERED_${OTHER}`], [VERSION]: ['AWSCURRENT'] }],
    ['the one that is both', { [VERSION]: ['AWSCURRENT', 'AWSPENDING', `SES_SMTP_DELIVERED_${VERSION}`] }],
  ])('applies %s', async (_which, labels) => {
    await start(labels);
    expect(await onNode.run(ANY)).toMatchObject({ status: 'Success', output: `SES_SMTP_CREDENTIAL_APPLIED ${VERSION}\n` });
    expect(await versionsRead()).toEqual([VERSION]);
  });

  it('works with an agent that is too old to export parameters', async () => {
    await start({ [VERSION]: ['AWSCURRENT'] }, ':', { agentVersion: '3.2.0.0' });
    expect(await onNode.run(ANY)).toMatchObject({ status: 'Success' });
  });

  it('starts over if a rotation gave servers its version meanwhile', async () => {
    const during = JSON.stringify({ [OTHER]: ['AWSPENDING', `SES_SMTP_DELIVERED_${OTHER}`], [VERSION]: ['AWSCURRENT'] });
    await start({ [VERSION]: ['AWSCURRENT'] }, `echo '${during}' >"$HOME/root/labels"; echo run >>"$HOME/root/runs"`);
    expect(await onNode.run(ANY)).toMatchObject({ status: 'Success', output: `SES_SMTP_CREDENTIAL_APPLIED ${OTHER}\n` });
    expect(await versionsRead()).toEqual([VERSION, OTHER]);
    expect(await onNode.node.read('runs')).toBe('run\nrun\n');
  });

  it('fails while the secret has no credential', async () => {
    await start({ [VERSION]: ['AWSCURRENT'] });
    await onNode.answer(JSON.stringify({ username: '', password: '' }), 'AWSCURRENT');
    expect(await onNode.run(ANY)).toMatchObject({
      status: 'Failed', output: expect.stringContaining(`SES_SMTP_CREDENTIAL_FAILED version ${VERSION} has no access key id where one is expected`),
    });
  });

  it('says what AWS said if it cannot read the labels', async () => {
    await start({});
    await onNode.refuse('An error occurred (AccessDeniedException) when calling the DescribeSecret operation');
    expect(await onNode.run(ANY)).toMatchObject({
      status: 'Failed',
      output: expect.stringContaining('SES_SMTP_CREDENTIAL_FAILED arn:aws:secretsmanager:eu-west-1:111122223333:secret:smtp-AbCdEf could not be read: '
        + 'An error occurred (AccessDeniedException) when calling the DescribeSecret operation; the instance role needs secretsmanager:GetSecretValue and '
        + 'secretsmanager:DescribeSecret on the secret'),
    });
  });

  it('looks for no other version if it was given one', async () => {
    await start({ [OTHER]: ['AWSCURRENT'] });
    expect(await onNode.run()).toMatchObject({ status: 'Success', output: `SES_SMTP_CREDENTIAL_APPLIED ${VERSION}\n` });
    expect(await onNode.node.read('aws-calls')).not.toContain('describe-secret');
  });
});
