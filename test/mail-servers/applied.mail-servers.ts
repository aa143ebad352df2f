import { appendFile, chmod, chown, link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from './machine';
import { RelayHost } from './relay-host';
import { exim, msmtp, openSmtpd, postfix, RealServer, sendmailServer } from './servers';
import { ScriptNode } from '../world/nodes';

const OTHER = 'AKIAOTHEROTHEROTHER1:BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF';

let relayHost: RelayHost;

/** The server with one current credential, and another one in its file to begin each test with. */
function onServer(server: RealServer): void {
  beforeAll(async () => {
    relayHost = await RelayHost.start(server);
    await relayHost.rotateTwice();
  });
  afterAll(async () => relayHost.stop());
}

function old(): string {
  const { username, password } = relayHost.credential('AWSPREVIOUS');
  return `${username}:${password}`;
}

function current(): string {
  const { username, password } = relayHost.credential();
  return `${username}:${password}`;
}

function key(): string {
  return `[${relayHost.relay.host}]:${relayHost.relay.port}`;
}

async function expectApplied(prepare?: (node: ScriptNode) => Promise<unknown>): Promise<string> {
  const { output, status } = await relayHost.apply(prepare);
  expect({ output, status }).toMatchObject({ output: expect.stringContaining('SES_SMTP_CREDENTIAL_APPLIED'), status: 'Success' });
  return output;
}

async function expectDelivery(): Promise<void> {
  expect((await relayHost.arrival(await relayHost.send())).username).toBe(relayHost.currentKey);
}

async function expectRefusal(message: string | RegExp, file: string, prepare?: (node: ScriptNode) => Promise<unknown>): Promise<void> {
  const before = await readFile(file, 'utf8');
  const { output, status } = await relayHost.apply(prepare);
  expect(output).toMatch(message);
  expect(output).not.toContain('SES_SMTP_CREDENTIAL_APPLIED');
  expect(status).toBe('Failed');
  expect(await readFile(file, 'utf8')).toBe(before);
}

/** Mode, owner and group of a file. */
async function rights(file: string): Promise<string> {
  return (await run('stat', '-c', '%a %U %G', file)).trim();
}

describe('Postfix', () => {
  const { file } = postfix;
  onServer(postfix);
  async function use(table: string, maps = `hash:${file}`): Promise<void> {
    await writeFile(file, table);
    await chmod(file, 0o640);
    await chown(file, 0, 0);
    // An index that is there keeps its group, such as that of the test before.
    await rm(`${file}.db`, { force: true });
    await run('postmap', `hash:${file}`);
    await run('postconf', '-e', `smtp_sasl_password_maps = ${maps}`);
  }

  /** Processes that wait for work have not read what `use` wrote. */
  async function expectDeliveryAnew(): Promise<void> {
    await run('postfix', 'reload');
    await expectDelivery();
  }

  it('sends with the credential where the value stands on the next line, and gives one to a key without a value', async () => {
    const table = (credential: string, missing: string) => `${key()}\n# a comment\n\n \t${credential}\n${relayHost.relay.host}${missing}\nother.example a:b\n  c\n`;
    await use(table(old(), ''));
    await expectApplied();
    expect(await readFile(file, 'utf8')).toBe(table(current(), ` ${current()}`));
    await expectDeliveryAnew();
  });

  it.each([
    ['regexp', 'regexp:/etc/postfix/first'],
    ['static', `static:${OTHER}`],
    ['inline', 'inline:{KEY=OTHER}'],
    ['inline', 'inline:{ { KEY = OTHER }, { a = b } }'],
    ['regexp', 'proxy:regexp:/etc/postfix/first'],
  ])('refuses a server where a table of type %s answers before the one that it would change', async (type, first) => {
    await writeFile('/etc/postfix/first', `/email-smtp/ ${OTHER}\n`);
    await use(`${key()} ${old()}\n`, `${first.replace('KEY', key()).replace('OTHER', OTHER)} hash:${file}`);
    await expectRefusal(new RegExp(`SES_SMTP_CREDENTIAL_FAILED smtp_sasl_password_maps .* a table of type ${type} answers first, with another credential: .*; nothing is changed`), file);
  });

  it('refuses a server where the name of the host alone leads to another credential, because Postfix asks by that first', async () => {
    await use(`${key()} ${old()}\n`, `hash:${file} static:${OTHER}`);
    await expectRefusal(/under email-smtp\.eu-west-1\.amazonaws\.com, by which Postfix asks, a table of type static answers first, .*: add an entry with this very key/, file);
  });

  it('changes a table that is asked together with others', async () => {
    await writeFile('/etc/postfix/second', 'other.example a:b\n');
    await run('postmap', 'hash:/etc/postfix/second');
    await use(`${key()} ${old()}\n`, `unionmap:{hash:/etc/postfix/second, hash:${file}}`);
    await expectApplied();
    await expectDeliveryAnew();
  });

  it('lets Postfix read a table behind proxy: that everybody could read', async () => {
    await use(`${key()} ${old()}\n`, `proxy:texthash:${file}`);
    await chmod(file, 0o644);
    await expectApplied();
    expect(await rights(file)).toBe('640 root postfix');
    await expectDeliveryAnew();
  });

  it('refuses a table behind proxy: that Postfix cannot read, and leaves it', async () => {
    await use(`${key()} ${old()}\n`, `proxy:hash:${file}`);
    for (const suffix of ['', '.db']) await chmod(`${file}${suffix}`, 0o600);
    await expectRefusal(/a lookup in \/etc\/postfix\/sasl_passwd as the user postfix did not give the credential/, file);
  });

  it('takes an index from everybody else, also where the table was right already', async () => {
    for (const credential of [old(), current()]) {
      await use(`${key()} ${credential}\n`);
      await chmod(`${file}.db`, 0o644);
      await expectApplied();
      expect([await rights(file), await rights(`${file}.db`)]).toEqual(['640 root root', '640 root root']);
    }
  });

  it('changes thousands of entries with the same credential in seconds', async () => {
    const table = (credential: string) => `${key()} ${credential}\n` + Array.from({ length: 5000 }, (_, i) => `sender-number-${i}@news.example.com ${credential}\n`).join('');
    await use(table(old()));
    const started = Date.now();
    await expectApplied();
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(await readFile(file, 'utf8')).toBe(table(current()));
  });

  it('works beside a table whose text is gone, and beside an instance that is not in use', async () => {
    await writeFile('/etc/postfix/second', 'other.example a:b\n');
    await run('postmap', 'hash:/etc/postfix/second');
    await rm('/etc/postfix/second');
    await use(`${key()} ${old()}\n`, `hash:/etc/postfix/second hash:${file}`);
    await expectApplied(async node => node.install('postmulti', '#!/bin/sh\n[ "$1" = -l ] && printf "%s\\n" "- - y /etc/postfix" "old - n /etc/postfix-gone"\n'));
    await expectDeliveryAnew();
  });

  it('says so if an instance in use cannot be read, or the instances cannot be listed', async () => {
    await use(`${key()} ${old()}\n`);
    await expectRefusal('SES_SMTP_CREDENTIAL_FAILED Postfix cannot read its configuration in /etc/postfix-gone', file,
      async node => node.install('postmulti', '#!/bin/sh\nprintf "%s\\n" "- - y /etc/postfix" "old - y /etc/postfix-gone"\n'));
    await expectRefusal('SES_SMTP_CREDENTIAL_FAILED postmulti -l failed: postmulti: fatal: wrong', file,
      async node => node.install('postmulti', '#!/bin/sh\necho "postmulti: fatal: wrong" >&2\nexit 1\n'));
  });

  it('finds the tables of services in master.cf also with a Postfix that cannot print them, such as 2.10', async () => {
    await use('other.example a:b\n');
    await writeFile('/etc/postfix/ses_passwd', `${key()} ${old()}\n`);
    await run('postconf', '-M', 'ses/unix=ses unix - - n - - smtp -o smtp_sasl_password_maps=texthash:$config_directory/ses_passwd');
    const olderPostconf = '#!/bin/sh\nfor argument; do if [ "$argument" = -P ]; then echo "postconf: invalid option -- P" >&2; exit 1; fi; done\nPATH=${PATH#*:} exec postconf "$@"\n';
    await expectApplied(async node => node.install('postconf', olderPostconf)).finally(async () => run('postconf', '-MX', 'ses/unix'));
    expect(await readFile('/etc/postfix/ses_passwd', 'utf8')).toBe(`${key()} ${current()}\n`);
  });

  it('names what keeps a table from being replaced', async () => {
    await use(`${key()} ${old()}\n`);
    await run('chattr', '+i', file);
    await expectRefusal(`SES_SMTP_CREDENTIAL_FAILED ${file} cannot be replaced: chattr made it immutable; it is unchanged`, file).finally(async () => run('chattr', '-i', file));
    await run('mount', '--bind', file, file);
    await expectRefusal(`SES_SMTP_CREDENTIAL_FAILED ${file} cannot be replaced: it is a mount of its own: mount its folder instead; it is unchanged`, file)
      .finally(async () => run('umount', file));
    await link(file, `${file}.copy`);
    await expectRefusal(`SES_SMTP_CREDENTIAL_FAILED ${file} has another name, a hard link, that would keep the old credential`, file)
      .finally(async () => rm(`${file}.copy`));
  });

  it('changes a table in the folder of another user, and not if its index is a link to a file of root', async () => {
    const table = '/srv/mail-servers-test/tables/sasl_passwd';
    await run('rm', '-rf', '/srv/mail-servers-test');
    await mkdir(dirname(table), { recursive: true });
    await use('other.example a:b\n', `hash:${table}`);
    await writeFile(table, `${key()} ${old()}\n`);
    await run('postmap', `hash:${table}`);
    await run('chown', '-R', 'nobody', dirname(table));
    await expectApplied();
    expect([await rights(table), (await readdir('/srv/mail-servers-test'))]).toEqual(['640 nobody root', ['tables']]);
    await expectDeliveryAnew();

    await writeFile('/srv/victim', 'untouched', { mode: 0o600 });
    await writeFile(table, `${key()} ${old()}\n`);
    await run('ln', '-sf', '/srv/victim', `${table}.db`);
    await expectRefusal(`SES_SMTP_CREDENTIAL_FAILED ${table}.db is a symbolic link: name the file itself`, table);
    expect(await readFile('/srv/victim', 'utf8')).toBe('untouched');
    await run('rm', '-r', '/srv/victim', '/srv/mail-servers-test');
  });
});

describe('Exim', () => {
  const { file } = exim;
  onServer(exim);

  async function use(table: string, mode = 0o640): Promise<void> {
    await writeFile(file, table);
    await chmod(file, mode);
  }

  it('reads a file that everybody could read', async () => {
    await use(`${relayHost.relay.host}:${old()}\n`, 0o644);
    await run('chown', 'root:root', file);
    await expectApplied();
    expect(await rights(file)).toBe('640 root Debian-exim');
    await expectDelivery();
  });

  it('is refused if it cannot read the file, and the file stays', async () => {
    await use(`${relayHost.relay.host}:${old()}\n`, 0o600);
    await run('chown', 'root:root', file);
    await expectRefusal(/a lookup in the new \/etc\/exim4\/passwd\.client does not give the credential: the user Debian-exim cannot read it/, file)
      .finally(async () => run('chown', 'root:Debian-exim', file));
  });

  it('has the credential in the first pattern for a name, and not in those below, which it never takes', async () => {
    const table = (credential: string) => `*.partner.example:${OTHER}\n*.eu-west-1.amazonaws.com  ${credential}\n*.amazonaws.com: ${credential}\n*.com:${OTHER}\n*:${OTHER}\n`;
    await use(table(old()));
    await expectApplied();
    expect(await readFile(file, 'utf8')).toBe(table(current()));
    await expectDelivery();
  });

  it('has it under quoted keys with spaces, too, where the same one was', async () => {
    const table = (credential: string) => `${relayHost.relay.host}:${credential}\n"a key":${credential}\n"another: key" :${credential}\n"kept": a:b\n`;
    await use(table(old()));
    await expectApplied();
    expect(await readFile(file, 'utf8')).toBe(table(current()));
  });

  it('is refused if its configuration does not name the file', async () => {
    await use(`${relayHost.relay.host}:${old()}\n`);
    await expectRefusal(`SES_SMTP_CREDENTIAL_FAILED Exim's configuration does not name ${file}`, file,
      async node => node.install('exim4', '#!/bin/sh\nif [ "$*" = "-bP config" ]; then echo "begin authenticators"; exit; fi\nPATH=${PATH#*:} exec exim4 "$@"\n'));
  });
});

describe('sendmail', () => {
  const { file } = sendmailServer;
  onServer(sendmailServer);

  async function use(table: string): Promise<void> {
    await writeFile(file, table);
    await sendmailServer.takeUp();
  }

  function entry(credential: string): string {
    const [user, password] = credential.split(':');
    return sendmailServer.entryFor(relayHost.relay, user, password) + '\n';
  }

  it('says at which line its map cannot be built, and nothing of what is there', async () => {
    await use(entry(old()));
    await appendFile(file, 'AuthInfo:smtp.partner.example"P:of-another-relay"\n');
    await expectRefusal(/^[^]*FAILED cannot build the index of a new \/etc\/mail\/authinfo: look at line 2; \/etc\/mail\/authinfo is unchanged$/m, file);
    expect((await relayHost.apply()).output).not.toMatch(/another-relay|partner/);
  });

  it('is refused if it looks its passwords up elsewhere', async () => {
    await use(entry(old()));
    const configuration = await readFile('/etc/mail/sendmail.cf', 'utf8');
    await writeFile('/etc/mail/sendmail.cf', configuration.replace('hash -o /etc/mail/authinfo.db', 'hash -o /etc/mail/elsewhere.db'));
    await expectRefusal(/a lookup in \/etc\/mail\/authinfo did not give the credential after it was put in place: sendmail does not take it under the name email-smtp/, file)
      .finally(async () => writeFile('/etc/mail/sendmail.cf', configuration));
  });

  it('never has a map with two names meanwhile, which it would not read', async () => {
    const witness = '/tmp/mail-servers-test-names';
    await use(entry(old()));
    await expectApplied(async node => {
      for (const program of ['chmod', 'cmp', 'cp', 'ln', 'makemap', 'mv', 'sync']) {
        await node.install(program, `#!/bin/sh\nPATH=\${PATH#*:}\nstat -c %h ${file}.db >>${witness}\nexec ${program} "$@"\n`);
      }
    });
    expect(new Set((await readFile(witness, 'utf8')).trim().split('\n'))).toEqual(new Set(['1']));
    await rm(witness);
  });

  it('has a map that only it can read, where everybody could', async () => {
    await use(entry(old()));
    for (const suffix of ['', '.db']) await chmod(`${file}${suffix}`, 0o644);
    await expectApplied();
    expect((await stat(file)).mode % 8 + (await stat(`${file}.db`)).mode % 8).toBe(0);
    await expectDelivery();
  });
});

describe('OpenSMTPD', () => {
  const { file } = openSmtpd;
  onServer(openSmtpd);

  it('goes on reading a file that everybody could read, rotation after rotation', async () => {
    await run('chown', 'root:root', file);
    await chmod(file, 0o644);
    for (const _rotation of ['the first', 'the second']) expect((await relayHost.rotate()).succeeded).toBe(true);
    expect(await rights(file)).toBe('640 root opensmtpd');
    await expectDelivery();
  });

  it('has the credential under its label in capitals, and behind a colon', async () => {
    const table = (credential: string) => `Ses: ${credential}\nolder:${credential}\n partner a:b\n`;
    await writeFile(file, table(old()));
    await expectApplied();
    expect(await readFile(file, 'utf8')).toBe(table(current()));
    await expectDelivery();
  });

  it('is refused if it cannot read the file', async () => {
    await writeFile(file, `ses ${old()}\n`);
    await chmod(file, 0o600);
    await expectRefusal(/a lookup in \/etc\/mail\/secrets as the user opensmtpd did not give the credential .*: the user opensmtpd cannot read it/, file);
  });
});

describe('msmtp', () => {
  const { file } = msmtp;
  onServer(msmtp);
  const witness = '/tmp/mail-servers-test-witness';
  afterEach(async () => rm(witness, { force: true }));

  it.each([
    ['of another user', 'nobody:nogroup', 0o600, 'nobody'],
    ['of root that others can write in', 'root:mail', 0o660, 'nobody'],
    ['of root alone', 'root:root', 0o600, 'root'],
  ])('runs the commands in a file %s not as root, if root did not write them', async (_whose, owner, mode, user) => {
    const [username, password] = old().split(':');
    await writeFile(file, `${msmtp.entryFor(relayHost.relay, username, password)}\neval id -un >>${witness}; echo "logfile /dev/null"\n`);
    await run('chown', owner, file);
    await chmod(file, mode);
    const before = await readdir('/tmp');
    await expectApplied();
    expect(await readFile(file, 'utf8')).toContain(relayHost.currentKey);
    expect(new Set((await readFile(witness, 'utf8')).trim().split('\n'))).toEqual(new Set([user]));
    expect((await readdir('/tmp')).filter(name => !before.includes(name) && name.startsWith('ses-smtp'))).toEqual([]);
    await run('chown', 'root:root', file);
  });

  it('logs in to the endpoint with what the file has, and is refused if that refuses it', async () => {
    const { host, port } = relayHost.relay;
    const withCurl = async (node: ScriptNode) => {
      await node.install('curl', `#!/bin/sh\nPATH=\${PATH#*:*:}\ncurl "$@" --connect-to ${host}:587:${host}:${port}\ncode=$?\necho $code >>${witness}\nexit $code\n`);
      await node.install('sleep', '#!/bin/sh\n');
    };
    const [username, password] = old().split(':');
    await writeFile(file, msmtp.entryFor(relayHost.relay, username, password));
    await expectApplied(withCurl);
    const accessKey = relayHost.aws.world.iam.findAccessKey(relayHost.currentKey)!;
    accessKey.status = 'Inactive';
    await expectRefusal(`SES_SMTP_CREDENTIAL_FAILED smtp://${host}:587 refuses the credential, which the file has now`, file, withCurl);
    accessKey.status = 'Active';
    expect(await readFile(witness, 'utf8')).toBe('0\n67\n67\n67\n67\n');
  });
});
