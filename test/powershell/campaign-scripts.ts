import fc from 'fast-check';
import { brokenLine } from './campaign';
import { json, NEW, scriptOf, version, VERSION, windows } from './documents';
import { outcomesOf } from './table';
import { Result, Scene } from './windows-node';
import { CredentialDocument } from '../../src';

/** A line of a script, and what becomes of the script there; nothing if it goes on. */
interface Line {
  readonly text: string;
  readonly end?: 'unparsed' | 'failed' | 'left' | 'returned';
  /** What the last program ended with, if this line says so. */
  readonly code?: number;
}

/** A run of the document for a script of somebody's own. */
export interface ScriptScenario extends Scene {
  /** How it must end: a part of its line. */
  readonly outcome: string;
}

const isWindows = process.platform === 'win32';
const program = (code: number): Line => ({ text: isWindows ? `cmd /c exit ${code}` : `/bin/sh -c 'exit ${code}'`, code });
const going = (...texts: string[]): Line[] => texts.map(text => ({ text }));
const ending = (end: Line['end'], ...texts: string[]): Line[] => texts.map(text => ({ text, end }));

const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(...going(
      '$SmtpPassword', '$SmtpPassword | Out-Host', '[Console]::WriteLine($SmtpPassword)', '[Console]::Out.Write($SmtpPassword)', '[Console]::Error.WriteLine($SmtpPassword)',
      '$Host.UI.WriteLine($SmtpPassword)', '$Host.UI.WriteErrorLine($SmtpPassword)', 'Write-Host $SmtpPassword', 'Write-Warning $SmtpPassword', 'Write-Error -ErrorAction Continue $SmtpPassword',
      'Write-Information $SmtpPassword -InformationAction Continue', 'try { throw $SmtpPassword } catch { $_ }', 'Get-Item "/$SmtpPassword" -ErrorAction Continue',
      `"SES_SMTP_CREDENTIAL_APPLIED ${VERSION}"`, '[Console]::WriteLine("SES_SMTP_CREDENTIAL_FAILED x")', 'foreach ($a in 1, 2) { continue }', 'function Stop-Document { }', '$Outcome = $Sign = $Process = 1',
      '[Console]::SetOut([IO.TextWriter]::Null)', '1..500 | ForEach-Object { "$_ $SmtpPassword" }', 'Set-StrictMode -Version Latest', 'trap { $_; break }', '# $SmtpPassword',
    )),
  },
  { weight: 2, arbitrary: fc.constantFrom(program(0), program(1), program(3), { text: '$LASTEXITCODE = 0', code: 0 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...ending('failed', 'throw $SmtpPassword', 'Write-Error $SmtpPassword', 'Invoke-Nothing $SmtpPassword', '[int] $SmtpPassword', 'Get-Item "/$SmtpPassword"'),
      ...ending('left', 'exit', 'exit 0', 'exit 3', 'break', 'continue', '[Environment]::Exit(0)', '& { exit 0 }'),
      ...ending('returned', 'return', 'return $SmtpPassword'),
      ...ending('unparsed', 'if ($true {', '}', '$a = ("x"', '$a = 1 +*'),
    ),
  },
);

export const FIRST_LINES = ['', 'using namespace System.IO', 'param([string] $Name = "x")'];

/**
 * @param documentOf makes the document of a script
 */
export function scriptScenarios(documentOf = (text: string) => scriptOf(CredentialDocument.powerShellScript(text))): fc.Arbitrary<ScriptScenario> {
  const body = fc.array(line, { minLength: 1, maxLength: 8 });
  return fc.record({ first: fc.constantFrom(...FIRST_LINES), lines: body }).map(({ first, lines }): ScriptScenario => {
    const all = [{ text: first }, ...lines];
    return {
      script: documentOf(all.map(({ text }) => text).join('\n')),
      versionId: VERSION,
      objects: windows(version(json(NEW))),
      outcome: expected(all),
    };
  });
}

function expected(lines: readonly Line[]): string {
  if (lines.some(({ end }) => end === 'unparsed')) return 'FAILED the script cannot be parsed: line ';
  const last = lines.findIndex(({ end }) => end !== undefined);
  const end = last < 0 ? undefined : lines[last].end;
  if (end === 'failed') return `FAILED the script failed in line ${last + 1} with `;
  if (end === 'left') return 'FAILED the script ended before its last line, with exit code ';
  const code = (last < 0 ? lines : lines.slice(0, last)).reduce((before, each) => each.code ?? before, 0);
  return code === 0 ? `APPLIED ${VERSION}` : `FAILED the last program of the script ended with exit code ${code}`;
}

/** What a run broke of the promises; nothing if it kept them. */
export function brokenScript({ outcome }: ScriptScenario, result: Result): string[] {
  const [said = ''] = outcomesOf(result);
  const problems = brokenLine(said, result, [NEW.password]);
  if (!said.startsWith(`SES_SMTP_CREDENTIAL_${outcome}`)) problems.push(`it says "${said}", not "${outcome}"`);
  if (`${result.stdout}\n${result.stderr}`.split(/\r?\n/).some(text => text !== '' && text !== said)) problems.push('it prints something else');
  return problems;
}
