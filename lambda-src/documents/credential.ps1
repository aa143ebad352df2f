# Reads one version of the secret and checks it, before anything on this server is touched.
# Sets $SmtpUsername and $SmtpPassword.
$ErrorActionPreference = 'Stop'

# Agents before 3.3.2746.0 do not export parameters. Their allowedPattern keeps these three free of quotes.
if (-not $env:SSM_SecretArn) { $env:SSM_SecretArn = '{{ SecretArn }}' }
if (-not $env:SSM_VersionId) { $env:SSM_VersionId = '{{ VersionId }}' }
if (-not $env:SSM_Region) { $env:SSM_Region = '{{ Region }}' }

function Stop-Document([string] $Message) {
  [Console]::Error.WriteLine("SES_SMTP_CREDENTIAL_FAILED $Message")
  exit 1
}

function Read-Version {
  if (Get-Command Get-SECSecretValue -ErrorAction SilentlyContinue) {
    return Get-SECSecretValue -SecretId $env:SSM_SecretArn -VersionId $env:SSM_VersionId -Region $env:SSM_Region
  }
  if (-not (Get-Command aws -ErrorAction SilentlyContinue)) {
    Stop-Document 'neither AWS Tools for PowerShell nor the AWS CLI is installed: install one'
  }
  $Json = aws secretsmanager get-secret-value --secret-id $env:SSM_SecretArn --version-id $env:SSM_VersionId --region $env:SSM_Region --output json
  if ($LASTEXITCODE -ne 0) { throw "the AWS CLI ended with exit code $LASTEXITCODE" }
  return ($Json | Out-String | ConvertFrom-Json)
}

$Version = $null
foreach ($Pause in 2, 4, 8, 0) {
  try { $Version = Read-Version; break }
  catch {
    if ($Pause -eq 0) {
      Stop-Document ("version $($env:SSM_VersionId) of $($env:SSM_SecretArn) could not be read: $($_.Exception.Message); the instance role needs " +
        'secretsmanager:GetSecretValue on the secret and, if it has a key of its own, kms:Decrypt on that: use grantRead(role)')
    }
    Start-Sleep -Seconds $Pause
  }
}

# A command that reaches a server late must not bring back what was given up or replaced meanwhile.
if (-not ($Version.VersionStages -ccontains 'AWSPENDING' -or $Version.VersionStages -ccontains 'AWSCURRENT')) {
  Stop-Document "version $($env:SSM_VersionId) is no longer pending or current, so it is not applied"
}

if ($UsernameField) {
  # The message of an error would quote the value.
  try { $Value = $Version.SecretString | ConvertFrom-Json } catch { Stop-Document "version $($env:SSM_VersionId) is not JSON" }
  $SmtpUsername = $Value.$UsernameField
  $SmtpPassword = $Value.$PasswordField
} else {
  $SmtpUsername, $SmtpPassword = $Version.SecretString.TrimEnd() -split ':', 2
}
if ($SmtpUsername -cnotmatch '\AA[A-Z0-9]{15,127}\z') { Stop-Document "version $($env:SSM_VersionId) has no access key id where one is expected" }
if ($SmtpPassword -cnotmatch '\AB[A-P][A-Za-z0-9+/]{42}\z') { Stop-Document "version $($env:SSM_VersionId) has no SES SMTP password where one is expected" }
