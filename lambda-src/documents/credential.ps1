# Reads one version of the secret and checks it, before anything on this server is touched.
# Without a version id, as for a server that joins between two rotations, it finds the one that servers should hold now.
# Sets $SmtpUsername and $SmtpPassword. Neither they nor the secret's value are ever a parameter or the input of a command: a policy for
# module logging writes those into the event log. It does not see methods and operators.
if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') {
  "SES_SMTP_CREDENTIAL_FAILED PowerShell runs in $($ExecutionContext.SessionState.LanguageMode) mode here, which refuses what this document needs: let the application control policy of this server allow the scripts of the SSM agent"
  exit 1
}
Set-StrictMode -Off
$ErrorActionPreference = 'Stop'
# What a cmdlet warns of would push the outcome out of what Run Command keeps.
$WarningPreference = 'SilentlyContinue'

# Ends in one line on standard output: a long standard error would push it out of what Run Command keeps.
function Stop-Document([string] $Message) {
  [Console]::Out.WriteLine('SES_SMTP_CREDENTIAL_FAILED ' + ($Message -replace '\s+', ' '))
  exit 1
}

# What nobody thought of ends so as well. Its message is left out, because it could quote a value.
trap { Stop-Document "the document ended in its line $($_.InvocationInfo.ScriptLineNumber) with $($_.Exception.GetType().Name)" }

# Agents before 3.3.2746.0 do not export parameters. Their allowedPattern keeps these three free of quotes.
if (-not $env:SSM_SecretArn) { $env:SSM_SecretArn = '{{ SecretArn }}' }
if (-not $env:SSM_Region) { $env:SSM_Region = '{{ Region }}' }
# On Windows, an empty variable looks like a missing one, and a new agent leaves the reference as it is.
$GivenVersionId = (@($env:SSM_VersionId, '{{ VersionId }}') -cmatch '\A[A-Za-z0-9-]+\z')[0]

$JsonToken = [regex] ('\G[ \t\r\n]*(?:(?<Sign>[{}\[\]:,])|"(?<Text>(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"' +
  '|(?<Other>true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(?<End>\z))')

# Reads $Json. Objects become tables whose names are compared exactly, arrays become lists, and numbers, true and false become $null.
# ConvertFrom-Json compares names without case, takes what is no JSON, and in Windows PowerShell its errors quote the whole text.
# PowerShell ends a recursion of a few thousand calls itself, but takes minutes for it: the agent would end the document without a line.
function Read-Json {
  $Depth = 0
  $script:Tokens = $JsonToken.Matches($Json)
  $script:Position = 0
  $Value = Read-JsonValue
  if (-not $Tokens[$Position].Groups['End'].Success) { throw 'not JSON' }
  return , $Value
}

function Read-JsonValue {
  # A copy of the caller's: each level adds one.
  $Depth++
  if ($Depth -gt 101) { throw 'too deep' }
  $Token = $Tokens[$Position]
  $script:Position++
  if ($Token.Groups['Text'].Success) { return [regex]::Unescape($Token.Groups['Text'].Value) }
  if ($Token.Groups['Other'].Success) { return $null }
  if ($Token.Groups['Sign'].Value -eq '{') { return Read-JsonObject }
  if ($Token.Groups['Sign'].Value -eq '[') { return , (Read-JsonArray) }
  throw 'not JSON'
}

function Read-JsonObject {
  $Object = [hashtable]::new([StringComparer]::Ordinal)
  if (Skip-JsonSign '}') { return $Object }
  do {
    $Name = Read-JsonValue
    if ($Name -isnot [string] -or -not (Skip-JsonSign ':')) { throw 'not JSON' }
    $Object[$Name] = Read-JsonValue
  } while (Skip-JsonSign ',')
  if (-not (Skip-JsonSign '}')) { throw 'not JSON' }
  return $Object
}

function Read-JsonArray {
  $List = [Collections.ArrayList]::new()
  if (Skip-JsonSign ']') { return , $List }
  do { $null = $List.Add((Read-JsonValue)) } while (Skip-JsonSign ',')
  if (-not (Skip-JsonSign ']')) { throw 'not JSON' }
  return , $List
}

# Steps over a sign, if it comes next.
function Skip-JsonSign([string] $Sign) {
  if ($Tokens[$Position].Groups['Sign'].Value -ne $Sign) { return $false }
  $script:Position++
  return $true
}

# Runs the AWS CLI, and returns what its answer says. All that matters of it is ASCII: in a code page of several bytes a character, a quote
# could become part of one. The CLI itself fails at letters that the code page of the system does not have, unless told to write UTF-8;
# which variable it heeds depends on its version.
function Invoke-SecretsManager([string] $Arguments) {
  $Cli = @(Get-Command aws -CommandType Application -ErrorAction SilentlyContinue)[0]
  if (-not $Cli) {
    Stop-Document 'neither AWS Tools for PowerShell nor the AWS CLI is installed: install one, and restart the SSM agent, which finds new programs only then'
  }
  $Start = [Diagnostics.ProcessStartInfo]::new($Cli.Path, "secretsmanager $Arguments " +
    '--output json --cli-connect-timeout 5 --cli-read-timeout 10')
  $Start.UseShellExecute = $false
  $Start.EnvironmentVariables['PYTHONUTF8'] = '1'
  $Start.EnvironmentVariables['AWS_CLI_OUTPUT_ENCODING'] = 'UTF-8'
  $Start.RedirectStandardOutput = $Start.RedirectStandardError = $true
  $Start.StandardOutputEncoding = [Text.Encoding]::GetEncoding(28591)
  $Process = [Diagnostics.Process]::Start($Start)
  $Errors = $Process.StandardError.ReadToEndAsync()
  $script:Json = $Process.StandardOutput.ReadToEnd()
  $Process.WaitForExit()
  # The last line has the name of the error.
  if ($Process.ExitCode -ne 0) { throw (@($Errors.Result.Trim() -split '[\r\n]+')[-1]) }
  try { return Read-Json } catch { throw 'the AWS CLI did not answer in JSON' }
}

function Read-Version {
  if (Get-Command Get-SECSecretValue -ErrorAction SilentlyContinue) {
    return Get-SECSecretValue -SecretId $env:SSM_SecretArn -VersionId $VersionId -Region $env:SSM_Region
  }
  return Invoke-SecretsManager "get-secret-value --secret-id $env:SSM_SecretArn --version-id $VersionId --region $env:SSM_Region"
}

# Returns the labels of each version: a table of lists.
function Read-Stages {
  if (Get-Command Get-SECSecret -ErrorAction SilentlyContinue) {
    return (Get-SECSecret -SecretId $env:SSM_SecretArn -Region $env:SSM_Region).VersionIdsToStages
  }
  return (Invoke-SecretsManager "describe-secret --secret-id $env:SSM_SecretArn --region $env:SSM_Region").VersionIdsToStages
}

# Returns the id of the version that servers should hold now: the one that a rotation is giving them, if there is one,
# because it will not come back to a server that has joined meanwhile; otherwise the current one.
function Get-WantedVersion {
  $Stages = Read-Stages
  if (-not $Stages) { return }
  foreach ($Id in $Stages.Keys) { if ($Stages[$Id] -ccontains 'AWSPENDING' -and $Stages[$Id] -clike 'SES_SMTP_DELIVERED_*') { return $Id } }
  foreach ($Id in $Stages.Keys) { if ($Stages[$Id] -ccontains 'AWSCURRENT') { return $Id } }
}

# Says in one line what somebody else's error says, short enough to leave room for what to do.
function Get-Reason([Management.Automation.ErrorRecord] $Failure) {
  return ($Failure.Exception.Message -replace '\s+', ' ' -replace '\A(.{800}).*\z', '$1 ...').Trim().TrimEnd('.')
}

# Runs what reads from Secrets Manager, in a few tries.
function Invoke-Patiently([scriptblock] $Read, [string] $SecretId = $env:SSM_SecretArn) {
  foreach ($Pause in 2, 4, 8, 0) {
    try { return & $Read }
    catch {
      if ($Pause -eq 0) {
        Stop-Document ("$SecretId could not be read: $(Get-Reason $_); the instance role needs secretsmanager:GetSecretValue and " +
          'secretsmanager:DescribeSecret on the secret and, if it has a key of its own, kms:Decrypt on that: use grantRead(role)')
      }
      Start-Sleep -Seconds $Pause
    }
  }
}

# The rotation function counts this server by this line, and by nothing else.
function Complete-Document {
  # A rotation that began meanwhile counts on the version that it gave this server, perhaps before this run changed it.
  if (-not $GivenVersionId -and (Invoke-Patiently { Get-WantedVersion }) -cne $VersionId) {
    & $PSCommandPath
    exit $LASTEXITCODE
  }
  [Console]::Out.WriteLine("SES_SMTP_CREDENTIAL_APPLIED $VersionId")
  exit 0
}

$VersionId = $GivenVersionId
if (-not $VersionId) { $VersionId = Invoke-Patiently { Get-WantedVersion } }
if (-not $VersionId) { Stop-Document "$($env:SSM_SecretArn) has no current version" }
$Version = Invoke-Patiently { Read-Version }

# A command that reaches a server late must not bring back a version that was abandoned or replaced in the meantime.
if (-not ($Version.VersionStages -ccontains 'AWSPENDING' -or $Version.VersionStages -ccontains 'AWSCURRENT')) {
  Stop-Document "version $VersionId is no longer pending or current, so it is not applied"
}
if ($Version.SecretBinary) { Stop-Document "version $VersionId is binary, not text" }

# A version from before a change to JSON is username:password. Neither of them can have a brace.
$Json = "$($Version.SecretString)"
if ($UsernameField -and $Json.Contains('{')) {
  try { $Fields = Read-Json } catch { Stop-Document "version $VersionId is not JSON of at most 100 levels" }
  if ($Fields -isnot [hashtable]) { Stop-Document "version $VersionId is not a JSON object" }
  $SmtpUsername = $Fields[$UsernameField]
  $SmtpPassword = $Fields[$PasswordField]
} else {
  $SmtpUsername, $SmtpPassword = $Json.TrimEnd() -split ':', 2
}
if ($SmtpUsername -isnot [string] -or $SmtpUsername -cnotmatch '\AA[A-Z0-9]{15,127}\z') {
  Stop-Document "version $VersionId has no access key id where one is expected"
}
if ($SmtpPassword -isnot [string] -or $SmtpPassword -cnotmatch '\AB[A-P][A-Za-z0-9+/]{42}\z') {
  Stop-Document "version $VersionId has no SES SMTP password where one is expected"
}
