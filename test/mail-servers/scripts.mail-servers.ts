import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { install, run } from './machine';
import { CredentialDocument, CredentialFormat, SmtpEndpoint } from '../../src';
import { DocumentContent } from '../world';

const DOCUMENTS = {
  postfix: CredentialDocument.postfix(),
  exim: CredentialDocument.exim(),
  sendmail: CredentialDocument.sendmail(),
  openSmtpd: CredentialDocument.openSmtpd(),
  msmtp: CredentialDocument.msmtp(),
  shellScript: CredentialDocument.shellScript('echo "$SMTP_HOST:$SMTP_PORT"'),
};

let folder: string;
beforeAll(async () => {
  await install('shellcheck');
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
