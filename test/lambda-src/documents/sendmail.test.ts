import { afterEach, describe, expect, it, vi } from 'vitest';
import { DocumentOnNode, HOST, PASSWORD, USERNAME } from './document-on-node';
import { CredentialDocument } from '../../../src';

const OLD: [string, string] = ['AKIAOLDOLDOLDOLDOLD1', 'old+pass/word'];
const FILE = 'etc/mail/authinfo';

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

async function sendmail(text: string, isRunning = true): Promise<void> {
  onNode = new DocumentOnNode(CredentialDocument.sendmail());
  onNode.replace('/etc/mail/', `${onNode.node.root}/etc/mail/`);
  await onNode.answerWithCredential();
  for (const suffix of ['', '.db']) await onNode.node.write(`${FILE}${suffix}`, text);
  await onNode.installSendmail();
  await onNode.node.install('pgrep', `#!/bin/sh\nexit ${isRunning ? 0 : 1}\n`);
}

describe('the sendmail document', () => {
  it('changes the entries of the endpoint and of the load balancer in front of it, and runs the queue', async () => {
    const text = (user: string, password: string) => ['', 'ses-smtp-prod-1.eu-west-1.elb.amazonaws.com', HOST]
      .map(name => `authinfo:${name} "U:root" "I:${user}" "P:${password}" "M:PLAIN"\n`).join('')
      + 'authinfo:ses-smtp-prod-1.eu-west-2.elb.amazonaws.com "U:root" "I:other" "P:kept"\n';
    await sendmail(text(...OLD));
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(FILE)).toBe(text(USERNAME, PASSWORD));
    expect(await onNode.node.read(`${FILE}.db`)).toBe(text(USERNAME, PASSWORD));
    await vi.waitFor(async () => expect(await onNode.node.read('queue-runs')).toBe('run\n'));
  });

  it('leaves the queue alone while sendmail is stopped', async () => {
    await sendmail(`authinfo:${HOST} "I:${OLD[0]}" "P:${OLD[1]}"\n`, false);
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(FILE)).toContain(USERNAME);
    await expect(onNode.node.read('queue-runs')).rejects.toThrow('ENOENT');
  });
});
