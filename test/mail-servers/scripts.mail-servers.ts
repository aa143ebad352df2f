import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { install, run } from './machine';
import { CredentialDocument, CredentialFormat, SmtpEndpoint } from '../../src';
import { DocumentOnNode, HOST, PASSWORD, USERNAME } from '../lambda-src/documents/document-on-node';
import { DocumentContent } from '../world';

const DOCUMENTS = {
  postfix: CredentialDocument.postfix(),
  exim: CredentialDocument.exim(),
  sendmail: CredentialDocument.sendmail(),
  openSmtpd: CredentialDocument.openSmtpd(),
  msmtp: CredentialDocument.msmtp(),
  nullmailer: CredentialDocument.nullmailer(),
  dma: CredentialDocument.dma(),
  ssmtp: CredentialDocument.ssmtp(),
  shellScript: CredentialDocument.shellScript('echo "$SMTP_HOST:$SMTP_PORT"'),
};

let folder: string;
beforeAll(async () => {
  await install('shellcheck', 'busybox', 'ksh93u+m', 'mksh', 'original-awk', 'gawk');
  folder = await mkdtemp(join(tmpdir(), 'scripts-'));
});
afterAll(async () => rm(folder, { recursive: true }));

/** The script as a node runs it: the parts of a document make sense together only. */
function scriptOf(document: CredentialDocument): string {
  const stack = new Stack(new App(), 'Mail');
  document._bind(stack, { endpoint: SmtpEndpoint.custom({ host: 'smtp.example.com' })._bind(stack), regions: ['eu-west-1'], format: CredentialFormat.json()._bind() });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Document'));
  return (Properties as { Content: DocumentContent }).Content.mainSteps[0].inputs.runCommand.join('\n');
}

it.each(Object.entries(DOCUMENTS))('shellcheck finds nothing in the script of %s', async (name, document) => {
  const file = join(folder, `${name}.sh`);
  await writeFile(file, scriptOf(document));
  await expect(run('shellcheck', '--shell=sh', file)).resolves.toBe('');
});

it('shellcheck finds what is wrong in a script', async () => {
  const file = join(folder, 'wrong.sh');
  await writeFile(file, '#!/bin/sh\nrm -rf $1/*\n');
  await expect(run('shellcheck', '--shell=sh', file)).rejects.toThrow('shellcheck');
});

describe.each([
  ['dash', '/usr/bin/dash', 'mawk'],
  ['bash', '/usr/bin/bash', 'gawk --posix'],
  ['BusyBox', '/usr/bin/busybox sh', 'busybox awk'],
  ['ksh93', '/usr/bin/ksh93', 'original-awk'],
])('with %s, in the scripts', (_shell, interpreter, awk) => {
  let onNode: DocumentOnNode;
  afterEach(async () => onNode.node.remove());

  async function start(document: CredentialDocument, file: string, content: string): Promise<void> {
    onNode = new DocumentOnNode(document);
    onNode.replace('#!/bin/sh', `#!${interpreter}`);
    for (const path of ['/etc/exim4/', '/etc/msmtprc']) onNode.replace(`='${path}`, `='${onNode.node.root}${path}`);
    await onNode.answerWithCredential();
    await onNode.node.install('awk', `#!/bin/sh\nexec ${awk} "$@"\n`);
    await onNode.node.write(file, content, 0o640);
  }

  async function expectChange(file: string, content: string): Promise<void> {
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(file)).toBe(content);
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
  }

  it('a table of Postfix is changed, once', async () => {
    const table = (credential: string) => `# relays\n[${HOST}]:587\n\t${credential}\n${HOST} ${credential}\n@example.com ${credential}\nother a:b\n`;
    await start(CredentialDocument.postfix(), 'etc/postfix/sasl_passwd', table('AKIAOLDOLDOLDOLDOLD1:old'));
    await onNode.installPostfix('hash:$config_directory/sasl_passwd');
    await expectChange('etc/postfix/sasl_passwd', table(`${USERNAME}:${PASSWORD}`));
  });

  it('a file of Exim is changed, once', async () => {
    const table = (credential: string) => `${HOST}:${credential}\n"a key" : ${credential}\n*.amazonaws.com:${credential}\n*:a:b\n`;
    await start(CredentialDocument.exim(), 'etc/exim4/passwd.client', table('AKIAOLDOLDOLDOLDOLD1:old'));
    await onNode.installExim();
    await expectChange('etc/exim4/passwd.client', table(`${USERNAME}:${PASSWORD}`));
  });

  it('a configuration of msmtp is changed, once', async () => {
    const config = (user: string, password: string) => `defaults\npassword ${password}\naccount ses\n host ${HOST}\n user "${user}"\naccount default : ses\n`;
    await start(CredentialDocument.msmtp(), 'etc/msmtprc', config('old', 'old'));
    await onNode.installMsmtp();
    await onNode.node.install('msmtp', '#!/bin/sh\nsed -n "s/^ *user /user = /p" "$2"\n');
    await expectChange('etc/msmtprc', config(USERNAME, PASSWORD).replaceAll('"', ''));
  });

  it('one run waits for the other', async () => {
    await start(CredentialDocument.shellScript(`#!/bin/sh
      ! flock -n "$RUNTIME_DIRECTORY/ses-smtp-credential.lock" true`), 'none', '');
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
  });
});

it('a shell that would have the password among the arguments of a program is refused: mksh has no printf of its own', async () => {
  const onNode = new DocumentOnNode(CredentialDocument.shellScript('true'));
  onNode.replace('#!/bin/sh', '#!/usr/bin/mksh');
  await onNode.answerWithCredential();
  expect((await onNode.run()).output).toContain('SES_SMTP_CREDENTIAL_FAILED this shell has no printf of its own: use another one');
  await onNode.node.remove();
});
