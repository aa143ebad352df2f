import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MailServer } from './campaign';
import { EXCHANGE, HMAILSERVER, IIS_SMTP } from './campaign-servers';
import { HOST, scriptOf } from './documents';
import { CredentialDocument } from '../../src';

/** A document with a mistake, which the campaign must find. */
export interface KnownBad {
  readonly name: string;
  readonly server: MailServer;
  readonly script: string;
}

/** The same for a script of somebody's own. */
export interface KnownBadScript {
  readonly name: string;
  readonly documentOf: (text: string) => string;
}

const old = (name: string) => readFileSync(join(__dirname, 'known-bad', name), 'utf8').trimEnd();

/** The scripts as they were before anybody ran them. */
export const FIRST_VERSION: KnownBad = {
  name: 'is the first version, which nobody had run',
  server: IIS_SMTP,
  script: ['$UsernameField = \'username\'', '$PasswordField = \'password\'', `$RelayHost = '${HOST}'`, old('credential.ps1'), old('iis-smtp.ps1')].join('\n'),
};

function replaced(script: string, find: string, replace: string): string {
  if (!script.includes(find)) throw new Error(`the document has no ${find}`);
  return script.replace(find, () => replace);
}

function edited(name: string, find: string, replace: string, server = IIS_SMTP): KnownBad {
  return { name, server, script: replaced(server.script, find, replace) };
}

export const MISTAKES: readonly KnownBad[] = [
  edited('leaves remote domains as they are', 'foreach ($Domain in @(Read-Settings IIsSmtpDomainSetting)) { New-Relay', 'foreach ($Domain in @()) { New-Relay'),
  edited('compares hosts as they are written', 'foreach ($HostName in $Text -split \'[;,\\s\\[\\]]+\') { if ($HostName.Trim(\'.\')) { $HostName.Trim(\'.\').ToLowerInvariant() } }', 'return $Text'),
  edited('takes a host for another that begins so', 'if ($Relay.Hosts -contains $WantedHost) { $Relay }', 'if ("$($Relay.Hosts)" -like "$WantedHost*") { $Relay }'),
  edited('shares the credential with other hosts', 'if ($Others.Count -gt 0) {', 'if ($false) {'),
  edited('does not look at RouteAction', 'if ($Relay.Problem) { Stop-Document "$($Relay.Problem)$(Get-Others)" }', ''),
  edited('does not look after a change', 'if (-not (Test-New $Now)) {', 'if ($false) {'),
  edited('puts nothing back', 'try { Write-Relay $Before } catch { $null = $_ }', ''),
  edited('says that it was put back, without a look', 'if (Test-Old $Now) { if ($Attempt -eq 1)', 'if ($true) { if ($Attempt -eq 1)'),
  edited('quotes the message of an error', '"cannot be changed ($(Get-Kind))"', '"cannot be changed ($($Failure.Exception.Message))"'),
  edited('reads the value with ConvertFrom-Json', 'try { $Fields = Read-Json } catch {',
    'try { $Fields = @{}; ($Json | ConvertFrom-Json).PSObject.Properties | ForEach-Object { $Fields[$_.Name] = $_.Value } } catch {'),
  edited('compares names without case', '[hashtable]::new([StringComparer]::Ordinal)', '@{}'),
  edited('takes an array for its only object', 'if ($Fields -isnot [hashtable]) {', 'if ($Fields -is [Collections.ArrayList]) { $Fields = $Fields[0] }; if ($Fields -isnot [hashtable]) {'),
  edited('takes a list for a text', '$SmtpPassword -isnot [string] -or', ''),
  edited('applies a version that was given up', 'if (-not ($Version.VersionStages -ccontains \'AWSPENDING\'', 'if ($false -and -not ($Version.VersionStages -ccontains \'AWSPENDING\''),
  edited('lets the AWS CLI print its errors', '$Start.RedirectStandardOutput = $Start.RedirectStandardError = $true', '$Start.RedirectStandardOutput = $true'),
  edited('ends without a line where a look fails', 'catch { $Failure = $_; return "cannot be read back ($(Get-Kind))" }', 'catch { exit 1 }'),
  edited('writes its line twice', '  exit 0\n}', '  [Console]::Out.WriteLine("SES_SMTP_CREDENTIAL_APPLIED $VersionId"); exit 0\n}'),
  edited('prints what cmdlets warn of', '$WarningPreference = \'SilentlyContinue\'', ''),
  edited('leaves the code page to the AWS CLI', '$Start.EnvironmentVariables[\'AWS_CLI_OUTPUT_ENCODING\'] = \'UTF-8\'', ''),
  // Without the rules of languages, -ceq is exact.
  ...process.env.WITH_CULTURES ? [edited('compares passwords as languages do', '"$($Relay.Password)".Equals($SmtpPassword)', '$Relay.Password -ceq $SmtpPassword')] : [],
  edited('does not look at how a connector authenticates', 'Problem = Get-Problem $Connector', 'Problem = $null', EXCHANGE),
  edited('takes the name of a connector for a pattern', 'if ($Relay.Name.Equals($Name)) {', 'if ($Name -like $Relay.Name) {', EXCHANGE),
  edited('leaves routes as they are', '$Index -lt $Settings.Routes.Count', '$Index -lt 0', HMAILSERVER),
  edited('says that a password is what it was, without a look', 'if ((Test-Old $Now) -and (Test-Hidden $Before)) {', 'if ($false) {', HMAILSERVER),
];

const ownScript = (find: string, replace: string) => (text: string) => replaced(scriptOf(CredentialDocument.powerShellScript(text)), find, replace);

export const FIRST_SCRIPT: KnownBadScript = {
  name: 'is the first version, which nobody had run',
  documentOf: text => [old('credential.ps1'), '$Apply = {', text, '}', old('powershell-script.ps1')].join('\n'),
};

export const SCRIPT_MISTAKES: readonly KnownBadScript[] = [
  { name: 'lets PowerShell print its errors', documentOf: ownScript('[Console]::SetError([IO.TextWriter]::Null)', '') },
  { name: 'takes an end before the last line for success', documentOf: ownScript('if (-not $Outcome -or $Outcome -eq \'left\') {', 'if (-not $Outcome -or $Outcome -eq \'left\') { Complete-Document }\nif ($false) {') },
  { name: 'does not look at exit codes', documentOf: ownScript('if ($Outcome -ne \'exit code 0\') {', 'if ($false) {') },
  { name: 'quotes the message of an error', documentOf: ownScript('with $($_.Exception.GetType().Name)"\n    }\n  }\n  $SesSmtp.Output', 'with $($_.Exception.Message)"\n    }\n  }\n  $SesSmtp.Output') },
];
