import { ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from './machine';

const DOCUMENTS = join(__dirname, '..', '..', 'lambda-src', 'documents');
const SECRET = 'only root may read this';
const USER = 'mail-servers-test';

/** What the documents have in front of file.sh. */
const PREAMBLE = `#!/bin/sh
set -eu
umask 077
export LC_ALL=C SSM_VersionId=
newline='
'
EXPLAINED=100
fail() { printf 'FAILED %s\\n' "$*" >&2; exit 1; }
last_line() { printf '%s\\n' "$1" | tail -n 1; }
SMTP_USERNAME=user SMTP_PASSWORD=password
`;

/** Whoever owns a folder changes what is in it as fast as he can, and writes how often. In Perl, which every Debian has. */
const ATTACKS: Record<string, { readonly script: string; readonly unsafe: [string, string][] }> = {
  'swaps the folder, and a directory in it, for a link to a folder of root': {
    script: `
      unlink "$trap/old", "$trap/old.db";
      if (-d "sasl_passwd.ses-smtp" && !-l "sasl_passwd.ses-smtp") { rename("sasl_passwd.ses-smtp", "caught.$n"); symlink($trap, "sasl_passwd.ses-smtp"); }
      elsif ($n % 500 == 0) { unlink "sasl_passwd.ses-smtp"; }
      if ($n % 200 == 0) { rename($folder, "$folder.away"); symlink($victim, $folder); select(undef, undef, undef, 0.001); unlink $folder; rename("$folder.away", $folder); }`,
    // A work directory beside the table, which is used by name.
    unsafe: [['work="${haven%/}/.ses-smtp-credential"', 'work="$folder/$name.ses-smtp"']],
  },
  'puts a link to a file of root in the place of the index': {
    script: 'symlink("$victim/sasl_passwd", "link"); rename("link", "sasl_passwd.db"); open(my $file, ">", "file"); close $file; rename("file", "sasl_passwd.db");',
    // An index that is written in place.
    unsafe: [
      ['[ ! -L "./$name$suffix" ] ||', ':'],
      ['put "$work/$1$suffix" "$name$suffix"', 'cat "$work/$1$suffix" >"./$name$suffix"'],
    ],
  },
  'puts a link to a folder of root in the place of the table': {
    script: 'symlink($victim, "link"); rename("link", "sasl_passwd"); open(my $file, ">", "file"); print $file "key value\\n"; close $file; rename("file", "sasl_passwd");',
    unsafe: [['mv -fT', 'mv -f']],
  },
};

let base: string;
let folder: string;
let victim: string;
const children: ChildProcess[] = [];

beforeAll(async () => { await run('useradd', '--system', '--no-create-home', USER).catch(() => undefined); });
afterAll(async () => run('userdel', '--force', USER));

beforeEach(async () => {
  base = await mkdtemp('/srv/hostile-');
  await chmod(base, 0o755);
  [folder, victim] = [join(base, 'home', 'mail'), join(base, 'victim')];
  await mkdir(folder, { recursive: true });
  for (const name of ['victim', 'run', 'trap']) await mkdir(join(base, name), { mode: name === 'trap' ? 0o755 : 0o700 });
  for (const name of ['sasl_passwd', 'sasl_passwd.db']) await writeFile(join(victim, name), `${SECRET}\n`, { mode: 0o600 });
  for (const suffix of ['', '.db']) await writeFile(join(folder, `sasl_passwd${suffix}`), 'key value\n');
  for (const path of ['home', 'home/mail', 'home/mail/sasl_passwd', 'home/mail/sasl_passwd.db', 'trap']) await chown(join(base, path), await userId(), 0);
});
afterEach(async () => {
  await end();
  await rm(base, { recursive: true });
});

async function userId(): Promise<number> {
  return Number(await run('id', '-u', USER));
}

async function end(): Promise<void> {
  await Promise.all(children.splice(0).map(async child => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise(resolve => child.once('close', resolve));
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
  }));
}

/** Runs the scripts over and over, with some of their text replaced. */
async function startScripts(replacements: [string, string][] = []): Promise<void> {
  const parts = await Promise.all([join(DOCUMENTS, 'file.sh'), join(DOCUMENTS, 'table.sh'), join(__dirname, 'hostile-folder.sh')].map(async path => readFile(path, 'utf8')));
  const script = replacements.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, to);
  }, parts.join(''));
  await writeFile(join(base, 'run', 'script'), PREAMBLE + script, { mode: 0o700 });
  const env = { ...process.env, RUNTIME_DIRECTORY: join(base, 'run'), table_file: join(folder, 'sasl_passwd'), runs: join(base, 'run', 'runs'), log: join(base, 'run', 'log') };
  children.push(spawn(join(base, 'run', 'script'), { env, detached: true, stdio: 'ignore' }));
}

async function startAttack(script: string): Promise<void> {
  const program = `my ($folder, $victim, $trap, $tries) = @ARGV; my $n = 0; chdir $folder;
    for my $name (qw(new text new.db built built.db)) { symlink("$victim/sasl_passwd", "$trap/$name") }
    while (1) { $n++; ${script} if ($n % 100 == 0) { open(my $out, ">", $tries); print $out $n; close $out; } }`;
  const args = ['-e', program, folder, victim, join(base, 'trap'), join(base, 'home', 'tries')];
  children.push(spawn('perl', args, { uid: await userId(), gid: await userId(), detached: true, stdio: 'ignore' }));
}

/** What root alone could read or write, as it is now; and whether somebody else can read it anywhere. */
async function damage(): Promise<string[]> {
  const found: string[] = [];
  const names = (await readdir(victim)).sort();
  if (names.join() !== 'sasl_passwd,sasl_passwd.db') found.push(`files of root: ${names.join()}`);
  for (const name of ['sasl_passwd', 'sasl_passwd.db']) {
    const { uid, mode } = await stat(join(victim, name));
    if (await readFile(join(victim, name), 'utf8') !== `${SECRET}\n` || uid !== 0 || mode !== 0o100600) found.push(`${name} of root has changed`);
  }
  const readable = await run('sh', '-c', 'setpriv --reuid "$2" --regid "$2" --clear-groups grep -rlF "$3" "$1" 2>/dev/null || true', '-', base, USER, SECRET);
  if (readable !== '') found.push(`others can read what only root could: ${readable}`);
  return found;
}

async function count(path: string): Promise<number> {
  return Number(await readFile(join(base, path), 'utf8').catch(() => '0'));
}

async function runs(): Promise<string> {
  return readFile(join(base, 'run', 'runs'), 'utf8').catch(() => '');
}

describe.each(Object.entries(ATTACKS))('somebody who %s while the scripts change his table', (_what, { script, unsafe }) => {
  it('gains nothing in thousands of tries', async () => {
    await startScripts();
    await startAttack(script);
    await vi.waitFor(async () => {
      expect((await runs()).length).toBeGreaterThan(60);
      expect(await count('home/tries')).toBeGreaterThan(5000);
    }, { timeout: 60_000, interval: 100 });
    await end();
    expect(await damage()).toEqual([]);
  });

  it('is noticed here: with a script that takes less care, root loses', async () => {
    await startScripts(unsafe);
    await startAttack(script);
    await vi.waitFor(async () => expect(await damage()).not.toEqual([]), { timeout: 60_000, interval: 20 });
  });
});

describe('a table in a folder of somebody else', () => {
  it('is changed, and nothing is left beside it or where the work was done', async () => {
    await startScripts();
    await vi.waitFor(async () => expect((await runs()).slice(0, 3)).toBe('xxx'), { timeout: 20_000 });
    await end();
    expect(await readdir(folder)).toEqual(['sasl_passwd', 'sasl_passwd.db']);
    expect((await stat(join(folder, 'sasl_passwd'))).uid).toBe(await userId());
  });
});
