import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { json, NEW, scriptOf, version, VERSION, windows } from './documents';
import { describeTable, Row } from './table';
import { Result } from './windows-node';
import { CredentialDocument } from '../../src';

/** Writes a line into a temporary file, from which the tests see that it ran. */
const note = (text: string) => `[IO.File]::AppendAllText([IO.Path]::Combine([IO.Path]::GetTempPath(), 'note.txt'), "${text}\`n")`;
const noted = (expected: string) => ({ traces }: Result) => {
  if (traces['temporary file note.txt'] !== expected) throw new Error(`expected the note ${JSON.stringify(expected)}, got ${JSON.stringify(traces['temporary file note.txt'])}`);
};
const NOTHING = ({ traces }: Result) => {
  if ('temporary file note.txt' in traces) throw new Error('nothing may run');
};
/** A program that ends with that exit code. */
const program = (code: number) => process.platform === 'win32' ? `cmd /c exit ${code}` : `/bin/sh -c 'exit ${code}'`;
const complain = (text: string) => process.platform === 'win32' ? `cmd /c "echo ${text}>&2"` : `/bin/sh -c 'echo ${text} >&2'`;

/** Each costs a process: those that are much like another one are left out of the short share. */
const DEEP_ONLY = [
  'is empty but for a comment',
  'has Windows line ends',
  'sets strict mode',
  'prints errors after its error',
  'changes what the console writes',
  'fails in another language',
  'prints without a line end',
  'prints our lines and fails',
  'throws an exception',
  'has an error in a module of another',
  'goes on after errors by choice',
  'catches its errors',
  'traps its errors',
  'exits with 0',
  'exits in a function',
  'breaks to a label',
  'has an open here-string',
  'has a brace too few',
  'ends with a program that succeeds',
  'takes a program\'s exit code for success, globally',
  'calls what does not exist',
  'has functions with the names of ours',
  'gets a version that is given up',
  'has an error that ends a statement',
];

function row(name: string, text: string | readonly string[], outcome: Row['outcome'], more: Partial<Row> = {}): Row {
  return {
    name,
    outcome,
    script: scriptOf(CredentialDocument.powerShellScript(typeof text === 'string' ? text : text.join('\n'))),
    versionId: VERSION,
    objects: windows(version(json(NEW))),
    deep: DEEP_ONLY.includes(name),
    ...more,
  };
}

/** The script of docs/windows.md, from where it writes its file on: the rest is for Windows alone. */
const [, EXAMPLE] = /^(# The service sees[^]*?)\nRestart-Service/m.exec(readFileSync(join(__dirname, '..', '..', 'docs', 'windows.md'), 'utf8'))!;
const noteFile = '$file = [IO.Path]::Combine([IO.Path]::GetTempPath(), "note.txt")';

const ran = { also: noted('ran\n') };
const CREDENTIAL = `${NEW.username} ${NEW.password}`;

describeTable('a script of your own', [
  row('gets the credential', note('$SmtpUsername $($SmtpPassword.Length) $SmtpHost $SmtpPort'), 'applied', {
    also: noted(`${NEW.username} 44 email-smtp.eu-west-1.amazonaws.com 587\n`),
  }),
  row('gets all of the password', `if ($SmtpPassword -cne '${NEW.password.slice(0, 20)}' + '${NEW.password.slice(20)}') { throw 'wrong' }`, 'applied'),
  row('ends', note('ran'), 'applied', ran),
  row('returns', [note('ran'), 'return', 'throw 1'], 'applied', ran),
  row('is empty but for a comment', '# nothing to do', 'applied'),
  row('has letters of other alphabets', [note('る é 𝔘'), '# naïve'], 'applied', { also: noted('る é 𝔘\n') }),
  row('has quotes of every kind', ['$a = \'it\'\'s\' + "`"" + @\'', 'a \'quoted\' "text"', '\'@ + @"', '$(1 + 1)', '"@', note('$a')], 'applied', {
    also: noted('it\'s"a \'quoted\' "text"2\n'),
  }),
  row('has lines that are indented', ['$a = @\'', '  two', '| bar', '\'@', note('$a')], 'applied', { also: noted('  two\n| bar\n') }),
  row('has Windows line ends', `${note('ran')}\r\n$a = 1\r\n`, 'applied', ran),
  row('has parameters', ['param([string] $Name = "ran")', note('$Name')], 'applied', ran),
  row('uses a name space', ['using namespace System.IO', '[File]::AppendAllText([Path]::Combine([Path]::GetTempPath(), "note.txt"), "ran`n")'], 'applied', ran),
  row('has functions with the names of ours', ['function Stop-Document { }', 'function Complete-Document { "x" }', 'function exit1 { }', note('ran')], 'applied', ran),
  row('has variables with the names of ours', ['$VersionId = 1; $Version = 2; $Process = 3; $Script = 4; $Sign = 5; $Outcome = 6; $Text = 7; $Line = 8; $Reader = 9; $Child = 10', note('ran')], 'applied', ran),
  row('sets strict mode', ['Set-StrictMode -Version Latest', note('ran')], 'applied', ran),
  row('writes a file as docs/windows.md does', [noteFile, EXAMPLE], 'applied', { also: noted(`${NEW.username}:${NEW.password}`), secrets: [] }),
  row('replaces a file as docs/windows.md does', [note('old'), noteFile, EXAMPLE], 'applied', { also: noted(`${NEW.username}:${NEW.password}`), secrets: [] }),
  row('prints what it has', [`Write-Output "${CREDENTIAL}"`, '"$SmtpPassword"', '$SmtpPassword | Out-Host', '$SmtpPassword | Out-Default', '[Console]::WriteLine($SmtpPassword)',
    '[Console]::Out.Write($SmtpPassword)', '$Host.UI.WriteLine($SmtpPassword)', 'Write-Host $SmtpPassword', 'Write-Information $SmtpPassword -InformationAction Continue',
    '$VerbosePreference = $DebugPreference = "Continue"', 'Write-Verbose $SmtpPassword', 'Write-Debug $SmtpPassword', 'Write-Warning $SmtpPassword', 'Write-Progress $SmtpPassword',
    process.platform === 'win32' ? 'cmd /c echo $SmtpPassword' : '/bin/echo $SmtpPassword', note('ran')], 'applied', ran),
  row('prints errors', ['$ErrorActionPreference = "Continue"', 'Write-Error $SmtpPassword', 'Write-Error -ErrorAction Continue $SmtpPassword', '[Console]::Error.WriteLine($SmtpPassword)',
    '$Host.UI.WriteErrorLine($SmtpPassword)', 'Get-Item "/$SmtpPassword"', note('ran')], 'applied', { ...ran, alone: true }),
  row('prints errors after its error', ['trap { Write-Error -ErrorAction Continue $SmtpPassword; break }', 'throw $SmtpPassword'], 'the script failed in line 2 with RuntimeException', { alone: true }),
  row('changes what the console writes', ['[Console]::OutputEncoding = [Text.Encoding]::Unicode', '$OutputEncoding = [Text.Encoding]::UTF32', '[Console]::WriteLine("x")', note('ran')], 'applied', ran),
  row('runs in another language', ['if (1.5.ToString([cultureinfo]::CurrentCulture) -ne "1,5") { throw "it has the language of the node" }', note('ran')], 'applied', { ...ran, culture: 'tr-TR' }),
  row('fails in another language', ['$i = 1', 'throw $SmtpPassword'], 'the script failed in line 2 with RuntimeException', { culture: 'tr-TR' }),
  row('prints without a line end', ['[Console]::Out.Write("no line end")', note('ran')], 'applied', ran),
  row('prints much', ['1..20000 | ForEach-Object { "line $_ of much text that nobody reads" }', note('ran')], 'applied', ran),
  row('prints our lines', ['"SES_SMTP_CREDENTIAL_APPLIED 1"', '[Console]::WriteLine("SES_SMTP_CREDENTIAL_FAILED x")', note('ran')], 'applied', ran),
  row('prints our lines and fails', [`[Console]::WriteLine("SES_SMTP_CREDENTIAL_APPLIED ${VERSION}")`, 'throw 1'], 'the script failed in line 2 with RuntimeException'),
  row('replaces the console', ['[Console]::SetOut([IO.TextWriter]::Null)', note('ran')], 'applied', ran),

  row('throws', [note('ran'), '', 'throw "the password is $SmtpPassword"'], 'the script failed in line 3 with RuntimeException', ran),
  row('throws an exception', ['throw [InvalidOperationException]::new($SmtpPassword)'], 'the script failed in line 1 with InvalidOperationException'),
  row('has an error that ends a statement', ['$a = 1', '[int] "x"'], 'the script failed in line 2 with '),
  row('has an error of a cmdlet', [note('ran'), 'Get-Item /does/not/exist', note('too far')], 'the script failed in line 2 with ItemNotFoundException', ran),
  row('calls what does not exist', 'Invoke-Nothing $SmtpPassword', 'the script failed in line 1 with CommandNotFoundException'),
  row('writes an error', 'Write-Error $SmtpPassword', 'the script failed in line 1 with WriteErrorException'),
  row('has an error in a module of another', ['$null = New-Module { function Use-Module { throw 1 } }', '', 'Use-Module'], /the script failed in line \d with RuntimeException/),
  row('has an error in a function', ['function Fail {', '  throw 1', '}', 'Fail'], 'the script failed in line 2 with RuntimeException'),
  row('goes on after errors by choice', ['$ErrorActionPreference = "SilentlyContinue"', 'Get-Item /does/not/exist', note('ran')], 'applied', ran),
  row('catches its errors', ['try { throw 1 } catch { }', note('ran')], 'applied', ran),
  row('traps its errors', ['trap { continue }', 'throw 1', note('ran')], 'applied', ran),

  row('exits', ['exit'], 'the script ended before its last line, with exit code 0: it must not call exit, and break or continue only in a loop; return ends it early'),
  row('exits with 0', [note('ran'), 'exit 0'], 'the script ended before its last line, with exit code 0', ran),
  row('exits with 3', [note('ran'), 'exit 3'], 'the script ended before its last line, with exit code 3', ran),
  row('exits in a function', ['function Leave { exit 0 }', 'Leave'], 'the script ended before its last line, with exit code 0'),
  row('ends the process', ['[Environment]::Exit(0)'], 'the script ended before its last line, with exit code 0'),
  row('breaks', ['if ($true) { break }', note('too far')], 'the script ended before its last line', { also: NOTHING }),
  row('continues', ['continue', note('too far')], 'the script ended before its last line', { also: NOTHING }),
  row('breaks to a label', ['break somewhere', note('too far')], 'the script ended before its last line', { also: NOTHING }),
  row('breaks a loop of its own', ['foreach ($a in 1, 2) { if ($a -eq 1) { continue }; break }', note('ran')], 'applied', ran),

  row('has a syntax error', [note('too far'), 'if ($true {'], 'the script cannot be parsed: line 2, ', { also: NOTHING }),
  row('has an open text', ['$a = 1', '$a = "open'], 'the script cannot be parsed: line 2, TerminatorExpectedAtEndOfString', { also: NOTHING }),
  row('has an open comment', ['$a = 1', '<# open'], 'the script cannot be parsed: line 2, MissingTerminatorMultiLineComment', { also: NOTHING }),
  row('has an open here-string', ['$a = @\'', 'x'], 'the script cannot be parsed: line 1, ', { also: NOTHING }),
  row('has a brace too many', [note('too far'), '}', note('too far')], 'the script cannot be parsed: line 2, UnexpectedToken', { also: NOTHING }),
  row('has a brace too few', ['{', note('too far')], 'the script cannot be parsed: line 1, MissingEndCurlyBrace', { also: NOTHING }),
  row('closes our brace and opens another', ['}', note('too far'), '{'], 'the script cannot be parsed: line 1, UnexpectedToken', { also: NOTHING }),
  row('closes our text', ['1', '\'@', note('too far'), '@\''], 'the script cannot be parsed: line ', { also: NOTHING }),

  row('ends with a program that fails', [note('ran'), program(3)], 'the last program of the script ended with exit code 3', ran),
  row('ends with a program that succeeds', [program(3), program(0)], 'applied'),
  row('takes a program\'s exit code for success', [program(1), '$LASTEXITCODE = 0'], 'applied'),
  row('takes a program\'s exit code for success, globally', [program(1), '$global:LASTEXITCODE = 0'], 'applied'),
  row('looks at a program\'s exit code', [program(1), 'if ($LASTEXITCODE -gt 7) { throw "robocopy" }', '$LASTEXITCODE = 0', note('ran')], 'applied', ran),
  row('calls a program that writes to standard error', [complain('a warning'), note('ran')], 'applied', { ...ran, stderr: /^a warning$/, alone: true }),
  row('calls a program that writes 5,000 characters to standard error, and fails', [complain('x'.repeat(5000)), 'throw 1'], 'the script failed in line 2 with RuntimeException', {
    stderr: /^x{5000}$/, alone: true, also: ({ stdout }) => { if (!stdout.includes('SES_SMTP_CREDENTIAL_FAILED')) throw new Error('the agent cuts the end of standard error off'); },
  }),
  row('reads standard input', ['$a = [Console]::In.ReadToEnd()', note('ran$a')], 'applied', ran),
  row('asks', ['Read-Host "name"', note('ran')], /the script failed in line 1 with (PSInvalidOperationException|HostException|PSNotSupportedException)/),
  row('leaves a program behind', [process.platform === 'win32' ? 'Start-Process -NoNewWindow ping "-n 30 127.0.0.1"' : '/bin/sh -c \'sleep 20 &\'', note('ran')], 'applied', ran),
  row('leaves a program behind, and exits', [process.platform === 'win32' ? 'Start-Process -NoNewWindow ping "-n 30 127.0.0.1"' : '/bin/sh -c \'sleep 20 &\'', 'exit 0'],
    'the script ended before its last line, with exit code 0'),
  row('looks for the password in its arguments and its environment', [
    note('$([Environment]::GetCommandLineArgs() + [Environment]::GetEnvironmentVariables().Values -join " ")'),
  ], 'applied', { also: ({ traces }) => { if (!/EncodedCommand/i.test(traces['temporary file note.txt'])) throw new Error('it is a process of its own'); } }),
  row('gets a version that is given up', note('too far'), 'no longer pending', { objects: windows(version(json(NEW), 'AWSPREVIOUS')), also: NOTHING }),
  { ...row('started as the agent starts it', note('ran'), 'applied', ran), alone: true },
  { ...row('started as the agent starts it, and fails', 'throw 1', 'the script failed in line 1 with RuntimeException'), alone: true },
]);
