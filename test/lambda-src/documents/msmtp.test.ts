import { afterEach, describe, expect, it } from 'vitest';
import { DocumentOnNode, HOST, PASSWORD, USERNAME } from './document-on-node';
import { CredentialDocument } from '../../../src';

const CONFIG = (user: string, password: string) => `account ses\nhost ${HOST}\nuser ${user}\npassword ${password}\n`;
const FILE = 'etc/msmtprc';

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

async function msmtp(config = CONFIG('AKIAOLDOLDOLDOLDOLD1', 'old')): Promise<void> {
  onNode = new DocumentOnNode(CredentialDocument.msmtp());
  onNode.replace('/etc/msmtprc', `${onNode.node.root}/etc/msmtprc`);
  await onNode.answerWithCredential();
  await onNode.node.write(FILE, config);
  await onNode.installMsmtp();
}

describe('the msmtp document', () => {
  it('shows msmtp no copy that could be left behind', async () => {
    await msmtp();
    await onNode.node.install('msmtp', '#!/bin/sh\necho "$2" >>"$HOME/root/files"\nsed -n "s/^user /user = /p" "$2"\n');
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(FILE)).toBe(CONFIG(USERNAME, PASSWORD));
    expect(new Set((await onNode.node.read('files')).trim().split('\n'))).toEqual(new Set(['/dev/fd/3']));
  });

  it('changes the lines that an account takes its user and password from, in another account or the defaults', async () => {
    const config = (user: string, password: string) => `defaults\npassword ${password}\naccount base\nuser ${user}\naccount ses : base\nhost ${HOST}\n`
      + 'account partner\nhost smtp.partner.example\nuser partner\npassword kept\n';
    await msmtp(config('old', 'old'));
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(FILE)).toBe(config(USERNAME, PASSWORD));
  });

  it.each([
    ['another host has the same line', `defaults\npassword old\naccount ses\nhost ${HOST}\nuser old\naccount partner\nhost smtp.partner.example\nuser partner\n`,
      "accounts ses and partner have the same line 'password', but not the same host: give each one its own"],
    ['there is none', `account ses\nhost ${HOST}\nuser old\n`, "account ses has no line 'password': add one, with any value"],
    ['a program is asked for it', `defaults\npasswordeval pass ses\naccount ses\nhost ${HOST}\nuser old\n`,
      "account ses gets its password by passwordeval: let that read the secret, or write 'password' instead"],
  ])('refuses a configuration if an account takes its password from where %s', async (_where, config, message) => {
    await msmtp(config);
    expect(await onNode.run()).toMatchObject({ status: 'Failed', output: expect.stringContaining(`SES_SMTP_CREDENTIAL_FAILED ${onNode.node.root}/${FILE}: ${message}`) });
    expect(await onNode.node.read(FILE)).toBe(config);
  });
});
