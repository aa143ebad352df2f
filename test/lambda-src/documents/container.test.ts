import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DocumentOnNode, HOST, PASSWORD, USERNAME, VERSION } from './document-on-node';
import { CredentialDocument } from '../../../src';

const PAGE = join(__dirname, '..', '..', '..', 'docs', 'mail-servers.md');

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

/** The script in the documentation, for a container whose Postfix has what is in the table, after so many looks. */
async function start(looksBefore: number): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [, script] = /const container = CredentialDocument\.shellScript\(`\n([^`]+)`\);/.exec(page)!;
  onNode = new DocumentOnNode(CredentialDocument.shellScript(script));
  onNode.replace('/srv/postfix', `${onNode.node.root}/srv`);
  await onNode.answerWithCredential();
  await onNode.node.write('srv/sasl_passwd', 'old\n', 0o644);
  await onNode.node.install('docker', `#!/bin/sh
    echo "$*" >>"$HOME/root/docker"
    case "$*" in
      "exec postfix postmap -q [${HOST}]:587 texthash:/etc/postfix/ses/sasl_passwd")
        [ "$(grep -c postmap "$HOME/root/docker")" -gt ${looksBefore} ] || exit 1
        sed "s/^[^ ]* //" "$HOME/root/srv/sasl_passwd" ;;
      "exec postfix postfix reload") ;;
      *) exit 125 ;;
    esac`);
}

describe('the documented script for Postfix in a container', () => {
  it.each([0, 3])('gives it the table, and reloads it when it answers, here after %d times', async looks => {
    await start(looks);
    expect(await onNode.run()).toMatchObject({ status: 'Success', output: `SES_SMTP_CREDENTIAL_APPLIED ${VERSION}\n` });
    expect(await onNode.node.read('srv/sasl_passwd')).toBe(`[${HOST}]:587 ${USERNAME}:${PASSWORD}\n`);
    const calls = (await onNode.node.read('docker')).trim().split('\n');
    expect(calls).toHaveLength(looks + 2);
    expect(calls.at(-1)).toBe('exec postfix postfix reload');
    expect(calls.join()).not.toContain(PASSWORD);
  });

  it('fails if the container goes on with another credential', async () => {
    await start(100);
    const { output, status } = await onNode.run();
    expect({ output, status }).toMatchObject({ status: 'Failed', output: expect.stringContaining('postfix does not have the credential after a minute') });
    expect(output).not.toContain('APPLIED');
  });
});
