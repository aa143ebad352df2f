# Reads one version of the secret and checks it, before anything on this server is touched.
# Without a version id, as for a server that joins between two rotations, finds the one that servers are to hold now.
# Sets $SmtpUsername and $SmtpPassword.
$ErrorActionPreference = 'Stop'

# Agents before 3.3.2746.0 do not export parameters. Their allowedPattern keeps these three free of quotes.
if (-not $env:SSM_SecretArn) { $env:SSM_SecretArn = '{{ SecretArn }}' }
if (-not $env:SSM_Region) { $env:SSM_Region = '{{ Region }}' }
# Windows does not tell an empty variable from one that is missing, and a new agent leaves the reference as it is.
$GivenVersionId = (@($env:SSM_VersionId, '{{ VersionId }}') -match '^[A-Za-z0-9-]+$')[0]

function Stop-Document([string] $Message) {
  [Console]::Error.WriteLine("SES_SMTP_CREDENTIAL_FAILED $Message")
  exit 1
}

function Invoke-SecretsManager([string[]] $Arguments) {
  if (-not (Get-Command aws -ErrorAction SilentlyContinue)) {
    Stop-Document 'neither AWS Tools for PowerShell nor the AWS CLI is installed: install one'
  }
  $Json = aws secretsmanager @Arguments --secret-id $env:SSM_SecretArn --region $env:SSM_Region --output json
  if ($LASTEXITCODE -ne 0) { throw "the AWS CLI ended with exit code $LASTEXITCODE" }
  return ($Json | Out-String | ConvertFrom-Json)
}

function Read-Version {
  if (Get-Command Get-SECSecretValue -ErrorAction SilentlyContinue) {
    return Get-SECSecretValue -SecretId $env:SSM_SecretArn -VersionId $VersionId -Region $env:SSM_Region
  }
  return Invoke-SecretsManager @('get-secret-value', '--version-id', $VersionId)
}

# Returns the labels of each version: a table of lists.
function Read-Stages {
  if (Get-Command Get-SECSecret -ErrorAction SilentlyContinue) {
    return (Get-SECSecret -SecretId $env:SSM_SecretArn -Region $env:SSM_Region).VersionIdsToStages
  }
  $Stages = @{}
  (Invoke-SecretsManager @('describe-secret')).VersionIdsToStages.PSObject.Properties | ForEach-Object { $Stages[$_.Name] = $_.Value }
  return $Stages
}

# Returns the id of the version that servers are to hold now: the one that a rotation is giving them, if there is one,
# because it will not come back to a server that has joined meanwhile; otherwise the current one.
function Get-WantedVersion {
  $Stages = Read-Stages
  $Delivered = $Stages.Keys | Where-Object { $Stages[$_] -ccontains 'AWSPENDING' -and $Stages[$_] -clike 'SES_SMTP_DELIVERED_*' }
  if ($Delivered) { return $Delivered }
  return $Stages.Keys | Where-Object { $Stages[$_] -ccontains 'AWSCURRENT' }
}

# Runs what reads from Secrets Manager, in a few tries.
function Invoke-Patiently([scriptblock] $Read) {
  foreach ($Pause in 2, 4, 8, 0) {
    try { return & $Read }
    catch {
      if ($Pause -eq 0) {
        Stop-Document ("$($env:SSM_SecretArn) could not be read: $($_.Exception.Message); the instance role needs secretsmanager:GetSecretValue and " +
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
  Write-Output "SES_SMTP_CREDENTIAL_APPLIED $VersionId"
  exit 0
}

$VersionId = $GivenVersionId
if (-not $VersionId) { $VersionId = Invoke-Patiently { Get-WantedVersion } }
if (-not $VersionId) { Stop-Document "$($env:SSM_SecretArn) has no current version" }
$Version = Invoke-Patiently { Read-Version }

# A command that reaches a server late must not bring back what was given up or replaced meanwhile.
if (-not ($Version.VersionStages -ccontains 'AWSPENDING' -or $Version.VersionStages -ccontains 'AWSCURRENT')) {
  Stop-Document "version $VersionId is no longer pending or current, so it is not applied"
}

# A version from before a change to JSON is username:password. Neither of them can have a brace.
if ($UsernameField -and $Version.SecretString.Contains('{')) {
  # The message of an error would quote the value.
  try { $Value = $Version.SecretString | ConvertFrom-Json } catch { Stop-Document "version $VersionId is not JSON" }
  $SmtpUsername = $Value.$UsernameField
  $SmtpPassword = $Value.$PasswordField
} else {
  $SmtpUsername, $SmtpPassword = $Version.SecretString.TrimEnd() -split ':', 2
}
if ($SmtpUsername -cnotmatch '\AA[A-Z0-9]{15,127}\z') { Stop-Document "version $VersionId has no access key id where one is expected" }
if ($SmtpPassword -cnotmatch '\AB[A-P][A-Za-z0-9+/]{42}\z') { Stop-Document "version $VersionId has no SES SMTP password where one is expected" }
