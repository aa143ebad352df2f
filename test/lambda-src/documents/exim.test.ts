import { afterEach, describe, expect, it, vi } from 'vitest';
import { DocumentOnNode, HOST, PASSWORD, USERNAME } from './document-on-node';
import { CredentialDocument } from '../../../src';

const OLD = 'AKIAOLDOLDOLDOLDOLD1:old+pass/word';
const FILE = 'etc/exim4/passwd.client';

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

async function exim(table: string, isRunning = true, relayHost?: string): Promise<void> {
  onNode = new DocumentOnNode(CredentialDocument.exim({ passwordFile: '/etc/exim4/passwd.client', relayHost }));
  // The path must be absolute, and the node's files are in a directory of its own.
  onNode.replace('/etc/exim4/', `${onNode.node.root}/etc/exim4/`);
  await onNode.answerWithCredential();
  await onNode.node.write(FILE, table);
  await onNode.installExim();
  await onNode.node.install('pgrep', `#!/bin/sh\nexit ${isRunning ? 0 : 1}\n`);
}

describe('the Exim document', () => {
  it('changes the entries of the endpoint and of the load balancer in front of it, and runs the queue', async () => {
    const table = (credential: string) => `${HOST}:${credential}\nses-smtp-prod-1.eu-west-1.elb.amazonaws.com:${credential}\n`
      + `ses-smtp-prod-1.eu-west-2.elb.amazonaws.com:other:kept\n*.amazonaws.com:${credential}\n`;
    await exim(table(OLD));
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(FILE)).toBe(table(`${USERNAME}:${PASSWORD}`));
    await vi.waitFor(async () => expect(await onNode.node.read('queue-runs')).toBe('run\n'));
  });

  it('leaves the queue alone while Exim is stopped', async () => {
    await exim(`${HOST}:${OLD}\n`, false);
    expect(await onNode.run()).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(FILE)).toContain(USERNAME);
    await expect(onNode.node.read('queue-runs')).rejects.toThrow('ENOENT');
  });

  it.each([
    [undefined, '*.amazonaws.com'],
    ['email-smtp.eusc-de-east-1.amazonaws.eu', '*.amazonaws.eu'],
    ['smtp.example.com', '*.example.com'],
  ])('says which lines are missing, in the partition of the host %s', async (relayHost, pattern) => {
    await exim('smtp.partner.example:other:kept\n', true, relayHost);
    expect((await onNode.run()).output).toContain(`add a line '${relayHost ?? HOST}:user:password', and '${pattern}:user:password'`);
  });
});
