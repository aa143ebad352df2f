import { afterEach, describe, expect, it } from 'vitest';
import { DocumentOnNode, HOST, PASSWORD, USERNAME } from './document-on-node';
import { CredentialDocument } from '../../../src';

const CONFIG = (user: string, password: string) => `account ses\nhost ${HOST}\nuser ${user}\npassword ${password}\n`;
const FILE = 'etc/msmtprc';

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

async function msmtp(program?: string): Promise<void> {
  onNode = new DocumentOnNode(CredentialDocument.msmtp());
  onNode.replace('/etc/msmtprc', `${onNode.node.root}/etc/msmtprc`);
  await onNode.answerWithCredential();
  await onNode.node.write(FILE, CONFIG('AKIAOLDOLDOLDOLDOLD1', 'old'));
  await onNode.installMsmtp();
  if (program) await onNode.node.install('msmtp', program);
}

describe('the copy that msmtp is shown', () => {
  it('goes when it has been looked at', async () => {
    await msmtp();
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(FILE)).toBe(CONFIG(USERNAME, PASSWORD));
    expect(await onNode.node.read('copies')).toContain('made');
    await expect(onNode.node.read('copy')).rejects.toThrow('ENOENT');
  });

  it('goes with a run that is ended meanwhile', async () => {
    await msmtp('#!/bin/sh\nkill -TERM 0\n');
    expect((await onNode.run()).status).toBe('Failed');
    expect(await onNode.node.read('copies')).toBe('made\n');
    await expect(onNode.node.read('copy')).rejects.toThrow('ENOENT');
  });
});
