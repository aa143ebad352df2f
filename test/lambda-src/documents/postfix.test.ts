import { chmod, readdir, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DocumentOnNode, HOST, PASSWORD, USERNAME, VERSION } from './document-on-node';
import { CredentialDocument, PostfixDocumentOptions } from '../../../src';

const TABLE = 'etc/postfix/sasl_passwd';
const OLD = 'AKIAOLDOLDOLDOLDOLD1:old+pass/word';
const OURS = `${USERNAME}:${PASSWORD}`;
const APPLIED = `SES_SMTP_CREDENTIAL_APPLIED ${VERSION}`;

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

async function postfix(table: string, maps = 'hash:$config_directory/sasl_passwd', options?: PostfixDocumentOptions): Promise<void> {
  onNode = new DocumentOnNode(CredentialDocument.postfix(options));
  await onNode.answerWithCredential();
  await onNode.installPostfix(maps);
  await onNode.node.write(TABLE, table, 0o640);
}

async function mode(path: string): Promise<string> {
  return ((await stat(join(onNode.node.root, path))).mode % 0o1000).toString(8);
}

async function files(): Promise<string[]> {
  return (await readdir(join(onNode.node.root, 'etc/postfix'))).sort();
}

describe('the Postfix document', () => {
  it('changes the entries of the endpoint and leaves every other byte', async () => {
    const table = (credential: string) => `# relays\n\n[smtp.example.net]:25\tuser:pass\n[${HOST}]:587 \t ${credential}\n`
      + `${HOST}:587\t${credential}\r\n[${HOST}] ${credential}  \n${HOST.toUpperCase()} ${credential}\n`
      + `news@example.com other:pass\n# [${HOST}]:587 old:one\n[x${HOST}]:587 a:b\n[${HOST}.example.com]:587 a:b`;
    await postfix(table(OLD));
    const result = await onNode.run();
    expect(result).toMatchObject({ status: 'Success' });
    expect(result.output).toContain(APPLIED);
    expect(await onNode.node.read(TABLE)).toBe(table(OURS));
    expect(await onNode.node.read(`${TABLE}.db`)).toContain(OURS);
  });

  it('keeps the mode, and leaves no other file', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    await onNode.run();
    expect([await mode(TABLE), await mode(`${TABLE}.db`)]).toEqual(['640', '640']);
    expect(await files()).toEqual(['main.cf', 'sasl_passwd', 'sasl_passwd.db']);
  });

  it('changes nothing when it runs again', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    await onNode.run();
    const before = await stat(join(onNode.node.root, TABLE));
    expect((await onNode.run()).output).toContain(APPLIED);
    const after = await stat(join(onNode.node.root, TABLE));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it('rebuilds an index that does not fit its table, as a run that was killed in between leaves it', async () => {
    await postfix(`[${HOST}]:587 ${OURS}\n`);
    await onNode.node.write(`${TABLE}.db`, `[${HOST}]:587\t${OLD}\n`);
    await onNode.node.write('etc/postfix/.ses-smtp-credential/old', 'left behind');
    expect((await onNode.run()).output).toContain(APPLIED);
    expect(await onNode.node.read(`${TABLE}.db`)).toContain(OURS);
    expect(await files()).toEqual(['main.cf', 'sasl_passwd', 'sasl_passwd.db']);
  });

  it.each(['btree', 'lmdb', 'cdb', 'dbm', 'sdbm'])('works with tables of type %s', async type => {
    await postfix(`[${HOST}]:587 ${OLD}\n`, `proxy:${type}:$config_directory/sasl_passwd`);
    expect((await onNode.run()).output).toContain(APPLIED);
    expect(await onNode.node.read(TABLE)).toContain(OURS);
  });

  it('reloads a running Postfix for a texthash, also when the table was right already', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`, 'texthash:$config_directory/sasl_passwd');
    for (const program of ['postfix', 'postqueue']) await onNode.node.install(program, `#!/bin/sh\necho "$1" >>"$HOME/root/${program}-calls"\n`);
    expect((await onNode.run()).output).toContain(APPLIED);
    expect((await onNode.run()).output).toContain(APPLIED);
    expect(await onNode.node.read('postfix-calls')).toMatch(/^(status\n)+reload\n(status\n)+reload\n$/);
  });

  it('retries deferred mail when the table was changed, and only then', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    await onNode.node.install('postfix', '#!/bin/sh\n');
    await onNode.node.install('postqueue', '#!/bin/sh\necho "$1" >>"$HOME/root/postqueue-calls"\n');
    await onNode.run();
    await vi.waitFor(async () => expect(await onNode.node.read('postqueue-calls')).toBe('-f\n'));
    await onNode.run();
    expect(await onNode.node.read('postqueue-calls')).toBe('-f\n');
  });

  it('fails when the reload fails', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`, 'texthash:$config_directory/sasl_passwd');
    await onNode.node.install('postfix', '#!/bin/sh\n[ "$1" = status ]\n');
    expect((await onNode.run()).output).toContain('FAILED postfix reload failed');
  });

  it('runs after another run on the same server, not beside it', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    const results = await Promise.all([onNode.run(), onNode.run(), onNode.run()]);
    expect(results.map(({ status }) => status)).toEqual(['Success', 'Success', 'Success']);
    expect(await onNode.node.read(TABLE)).toBe(`[${HOST}]:587 ${OURS}\n`);
    expect(await files()).toEqual(['main.cf', 'sasl_passwd', 'sasl_passwd.db']);
  });

  it('lets a table behind proxy: be read by its group, as before, and by nobody else', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`, 'proxy:hash:$config_directory/sasl_passwd');
    await chmod(join(onNode.node.root, TABLE), 0o644);
    await onNode.run();
    expect(await mode(TABLE)).toBe('640');
  });

  it('changes every table that has an entry, and no other table', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`, 'hash:$config_directory/other, hash:$config_directory/sasl_passwd');
    for (const suffix of ['', '.db']) await onNode.node.write(`etc/postfix/other${suffix}`, 'smtp.example.net\tuser:pass\n');
    expect((await onNode.run()).output).toContain(APPLIED);
    expect(await onNode.node.read('etc/postfix/other')).toBe('smtp.example.net\tuser:pass\n');
    expect(await onNode.node.read(TABLE)).toContain(OURS);
  });

  it('changes the entry of a sender with the very same SES credential, and of no other', async () => {
    const table = (ours: string) => `news@example.com ${ours}\n[${HOST}]:587 ${ours}\nbilling@example.com AKIAOTHER:old\n`;
    await postfix(table(OLD));
    expect((await onNode.run()).output).toContain(APPLIED);
    expect(await onNode.node.read(TABLE)).toBe(table(OURS));
  });

  it('changes such an entry in another table, and the tables of services in master.cf', async () => {
    await postfix(`[${HOST}]:submission ${OLD}\n`, 'hash:$config_directory/senders, hash:$config_directory/sasl_passwd');
    await onNode.node.write('etc/postfix/senders', `news@example.com ${OLD}\nother@example.com a:b\n`);
    await onNode.node.write('etc/postfix/ses_passwd', `[${HOST}]:587 ${OLD}\n`);
    await onNode.node.write('etc/postfix/master.cf',
      'ses unix - - y - - smtp\n  -o smtp_sasl_password_maps=texthash:$config_directory/ses_passwd\n');
    expect((await onNode.run()).output).toContain(APPLIED);
    expect(await onNode.node.read('etc/postfix/senders')).toBe(`news@example.com ${OURS}\nother@example.com a:b\n`);
    expect(await onNode.node.read('etc/postfix/ses_passwd')).toBe(`[${HOST}]:587 ${OURS}\n`);
    expect(await onNode.node.read(TABLE)).toBe(`[${HOST}]:submission ${OURS}\n`);
  });

  it('takes no other credential in capitals for one of SES', async () => {
    await postfix(`[${HOST}]:587 ADMIN:password\n[smtp.example.net] ADMIN:password\n`);
    await onNode.run();
    expect(await onNode.node.read(TABLE)).toBe(`[${HOST}]:587 ${OURS}\n[smtp.example.net] ADMIN:password\n`);
  });

  it.each(['', '.db'])('refuses a table with a link in the place of sasl_passwd%s, and follows it neither for reading nor for writing', async suffix => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    await onNode.node.write('victim', `[${HOST}]:587 ${OLD}\n`);
    await rm(join(onNode.node.root, `${TABLE}${suffix}`), { force: true });
    await symlink(join(onNode.node.root, 'victim'), join(onNode.node.root, `${TABLE}${suffix}`));
    expect((await onNode.run()).output).toContain(`SES_SMTP_CREDENTIAL_FAILED ${onNode.node.root}/${TABLE}${suffix} is a symbolic link: name the file itself`);
    expect(await onNode.node.read('victim')).toBe(`[${HOST}]:587 ${OLD}\n`);
  });

  it('does not spread from a first entry that is no credential', async () => {
    await postfix(`[${HOST}]:587 user:password\n[smtp.example.net] user:password\n`);
    await onNode.run();
    expect(await onNode.node.read(TABLE)).toBe(`[${HOST}]:587 ${OURS}\n[smtp.example.net] user:password\n`);
  });

  it('changes the tables of every instance', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    const { root } = onNode.node;
    // In the name of another instance than the first, postmulti refuses to answer.
    await onNode.node.install('postmulti', `#!/bin/sh\n[ -z "\${MAIL_CONFIG:-}" ] || exit 1\necho "- - y ${root}/etc/postfix"\necho "out mail y ${root}/etc/postfix-out"\n`);
    await onNode.node.install('postconf', '#!/bin/sh\necho "hash:$MAIL_CONFIG/sasl_passwd"\n');
    await onNode.node.write('etc/postfix-out/sasl_passwd', `[${HOST}]:587 ${OLD}\n`);
    expect((await onNode.run()).output).toContain(APPLIED);
    expect([await onNode.node.read(TABLE), await onNode.node.read('etc/postfix-out/sasl_passwd')])
      .toEqual([`[${HOST}]:587 ${OURS}\n`, `[${HOST}]:587 ${OURS}\n`]);
  });

  it('takes the relay host that it is told', async () => {
    await postfix(`[relay.internal]:587 ${OLD}\n`, undefined, { relayHost: 'relay.internal' });
    expect((await onNode.run()).output).toContain(APPLIED);
    expect(await onNode.node.read(TABLE)).toBe(`[relay.internal]:587 ${OURS}\n`);
  });
});

describe('on any doubt, the Postfix document fails and leaves the table as it was', () => {
  const before = `[${HOST}]:587 ${OLD}\n`;

  async function expectFailure(message: string): Promise<void> {
    const { output, status } = await onNode.run();
    expect(status).toBe('Failed');
    expect(output).toContain(`SES_SMTP_CREDENTIAL_FAILED ${message}`);
    expect(output).not.toContain(APPLIED);
    expect(output).not.toContain(PASSWORD);
    expect((await files()).filter(name => name.includes('ses-smtp'))).toEqual([]);
  }

  it('when there is no entry for the endpoint', async () => {
    await postfix('[smtp.example.net]:25 user:pass\n');
    await expectFailure(`no table of smtp_sasl_password_maps has an entry for ${HOST}: add a line '[${HOST}]:port user:password', with brackets and port just as in relayhost`);
    expect(await onNode.node.read(TABLE)).toBe('[smtp.example.net]:25 user:pass\n');
  });

  it('when the index cannot be built', async () => {
    await postfix(before);
    await onNode.node.write('disk-full', '');
    const { output } = await onNode.run();
    expect(output).toMatch(/FAILED cannot build the index of a new \S+: No space left on device; .* is unchanged/);
    await expectFailure('cannot build the index of a new ');
    expect(await onNode.node.read(TABLE)).toBe(before);
  });

  it('when a lookup in the new table gives something else', async () => {
    await postfix(before);
    await onNode.node.install('postmap', '#!/bin/sh\necho something else\n');
    await expectFailure('a lookup in the new ');
    expect(await onNode.node.read(TABLE)).toBe(before);
  });

  it('when a lookup in the table in place gives something else: the table is put back', async () => {
    await postfix(before);
    await onNode.node.write(`${TABLE}.db`, 'the index before');
    await onNode.node.install('postmap',
      `#!/bin/sh\ncase "$*" in *-q*-new) echo "${OURS}" ;; -q*) echo something else ;; *) : >"\${1#*:}.db" ;; esac\n`);
    await expectFailure('a lookup in ');
    expect(await onNode.node.read(TABLE)).toBe(before);
    expect(await onNode.node.read(`${TABLE}.db`)).toBe('the index before');
  });

  it('when the table is a symbolic link', async () => {
    await postfix(before, 'hash:$config_directory/link');
    await symlink('sasl_passwd', join(onNode.node.root, 'etc/postfix/link'));
    const { output, status } = await onNode.run();
    expect(status).toBe('Failed');
    expect(output).toMatch(/FAILED \S*link is a symbolic link: name the file itself/);
    expect(await onNode.node.read(TABLE)).toBe(before);
  });

  it('when the table is missing', async () => {
    await postfix(before, 'hash:$config_directory/missing');
    await expectFailure(`${join(onNode.node.root, 'etc/postfix/missing')} does not exist: smtp_sasl_password_maps names it`);
  });
});

describe('a run at an interval', () => {
  const NEW = 'fedcba98-7654-3210-fedc-ba9876543210';
  const NEW_USERNAME = 'AKIANEWNEWNEWNEWNEW1';

  /** A rotation gives the server its version while this run builds an index. */
  async function overtaken(): Promise<void> {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    await onNode.label({ [VERSION]: ['AWSCURRENT'] });
    await onNode.node.write('later', JSON.stringify({ [VERSION]: ['AWSCURRENT'], [NEW]: ['AWSPENDING', `SES_SMTP_DELIVERED_${NEW}`] }));
    await onNode.node.write('new-answer', `AWSPENDING\t${JSON.stringify({ username: NEW_USERNAME, password: PASSWORD })}\n`);
    // Asked first when the older one is to be read, and then not before a table is to be changed.
    await onNode.node.install('aws', `#!/bin/sh
      case "$*" in
        *describe-secret*) cat "$HOME/root/labels" ;;
        *${NEW}*) cat "$HOME/root/new-answer" ;;
        *) cp "$HOME/root/later" "$HOME/root/labels"; cat "$HOME/root/answer" ;;
      esac`);
    // Comes just before a table is put in place.
    await onNode.node.install('sync', '#!/bin/sh\ncat "$2" >>"$HOME/root/put-in-place"\n');
  }

  it('does not put the older credential in place that it chose before a rotation gave the server another one', async () => {
    await overtaken();
    expect(await onNode.run('')).toMatchObject({ status: 'Success', output: `SES_SMTP_CREDENTIAL_APPLIED ${NEW}\n` });
    expect(await onNode.node.read(TABLE)).toBe(`[${HOST}]:587 ${NEW_USERNAME}:${PASSWORD}\n`);
    expect(await onNode.node.read('put-in-place')).toBe(await onNode.node.read(TABLE));
  });

  it('leaves no temporary file when it starts over', async () => {
    await overtaken();
    await onNode.run('');
    expect(await files()).toEqual(['main.cf', 'sasl_passwd', 'sasl_passwd.db']);
  });
});

describe('the lock', () => {
  const [FIRST, SECOND] = [VERSION, 'fedcba98-7654-3210-fedc-ba9876543210'];

  it('is taken before a run looks at what there is to change: one that waits for another sees what that has changed', async () => {
    const table = (credential: string) => `news@example.com ${credential}\n[${HOST}]:587 ${credential}\n`;
    await postfix(table(OLD));
    await onNode.node.write(SECOND, `AWSPENDING\t${JSON.stringify({ username: 'AKIASECONDSECOND0002', password: PASSWORD })}\n`);
    await onNode.node.install('aws', `#!/bin/sh\ncase "$*" in *${SECOND}*) cat "$HOME/root/${SECOND}" ;; *) cat "$HOME/root/answer" ;; esac\n`);
    // Whichever run comes to the lock first: that of the second version gets it when the other one has ended.
    await onNode.node.install('flock', `#!/bin/sh
      [ "$SSM_VersionId" = ${SECOND} ] || exit 0
      : >"$HOME/root/waits"
      while ! [ -e "$HOME/root/ended" ]; do /bin/sleep 0.05; done`);
    const second = onNode.run(SECOND);
    await vi.waitFor(async () => onNode.node.read('waits'), { timeout: 20_000 });
    expect(await onNode.run(FIRST)).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(TABLE)).toBe(table(OURS));
    await onNode.node.write('ended', '');
    expect(await second).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(TABLE)).toBe(table(`AKIASECONDSECOND0002:${PASSWORD}`));
  });

  it('is asked for once by a run that starts over', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    await onNode.label({ [FIRST]: ['AWSCURRENT'] });
    await onNode.node.write('later', JSON.stringify({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPENDING', `SES_SMTP_DELIVERED_${SECOND}`] }));
    await onNode.node.install('flock', '#!/bin/sh\necho "$*" >>"$HOME/root/locks"\n');
    await onNode.node.install('sync', '#!/bin/sh\ncp "$HOME/root/later" "$HOME/root/labels"\n');
    expect(await onNode.run('')).toMatchObject({ status: 'Success', output: `SES_SMTP_CREDENTIAL_APPLIED ${SECOND}\n` });
    expect(await onNode.node.read('locks')).toBe('-w 120 9\n');
  });

  it.each([
    ['flock is missing', 'flock', '#!/bin/sh\nexit 127\n', 'another run has been changing files for two minutes'],
    ['flock knows no time-out, as that of BusyBox', 'flock', '#!/bin/sh\necho "flock: invalid option -- w" >&2\nexit 1\n', 'flock: invalid option -- w'],
  ])('says why it could not be had if %s', async (_why, name, script, message) => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    await onNode.node.install(name, script);
    expect((await onNode.run()).output).toContain(`SES_SMTP_CREDENTIAL_FAILED ${message}`);
    expect(await onNode.node.read(TABLE)).toContain(OLD);
  });

  it('that cannot be written is what the error names', async () => {
    await postfix(`[${HOST}]:587 ${OLD}\n`);
    Object.assign(onNode.node.environment, { RUNTIME_DIRECTORY: '/nonexistent' });
    expect(await onNode.run()).toMatchObject({
      status: 'Failed',
      output: expect.stringContaining('SES_SMTP_CREDENTIAL_FAILED cannot write /nonexistent/ses-smtp-credential.lock, which keeps two runs apart'),
    });
    expect(await onNode.node.read(TABLE)).toContain(OLD);
  });
});
