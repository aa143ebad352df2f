# What of hMailServer relays: its SMTP relayer, and routes of single domains, which come before it. It shows no passwords.
$Unreadable = 'the settings of hMailServer cannot be read'
$Remedy = 'run this document where hMailServer 5.4 or newer is installed'
$Missing = "neither the SMTP relayer nor a route of hMailServer is $RelayHost"

function Read-AdministratorPassword {
  $Region = ($AdministratorSecret -split ':')[3]
  if (Get-Command Get-SECSecretValue -ErrorAction SilentlyContinue) {
    return (Get-SECSecretValue -SecretId $AdministratorSecret -Region $Region).SecretString
  }
  return (Invoke-SecretsManager "get-secret-value --secret-id $AdministratorSecret --region $Region").SecretString
}

function Open-MailServer {
  $Application = New-Object -ComObject hMailServer.Application
  if (-not $Application.Authenticate('Administrator', $AdministratorPassword)) { throw "the administrator's password in $AdministratorSecret is refused" }
  return $Application.Settings
}

function Read-Relays {
  $Settings = Open-MailServer
  @{
    Name = 'the SMTP relayer'; Hosts = @(Get-Hosts $Settings.SMTPRelayer); UserName = $Settings.SMTPRelayerUsername; Settings = $Settings
    Problem = Get-Problem 'the SMTP relayer' $Settings.SMTPRelayerRequiresAuthentication $Settings.SMTPRelayerConnectionSecurity
  }
  for ($Index = 0; $Index -lt $Settings.Routes.Count; $Index++) {
    $Route = $Settings.Routes.Item($Index)
    $Name = "the route of $($Route.DomainName)"
    @{
      Name = $Name; Hosts = @(Get-Hosts $Route.TargetSMTPHost); UserName = $Route.RelayerAuthUsername; Route = $Route
      Problem = Get-Problem $Name $Route.RelayerRequiresAuth $Route.ConnectionSecurity
    }
  }
}

# Without these, hMailServer does not use the credential, or SES refuses it.
function Get-Problem([string] $Name, [bool] $Authenticates, [int] $ConnectionSecurity) {
  if (-not $Authenticates) { return "$Name does not log in: tick 'Server requires authentication'" }
  if ($ConnectionSecurity -eq 0) { return "$Name has no connection security: choose STARTTLS, because SES refuses to log in without it" }
}

# One that fails after its first half takes that back, because the password before it is not known.
function Write-Relay($Relay) {
  try { Write-Fields $Relay $UserName } catch {
    if (-not $Password) { throw }
    $Failure = $_
    $script:Password = $null
    try { Write-Fields $Relay $Relay.UserName } catch { $null = $_ }
    throw $Failure.Exception
  }
}

function Write-Fields($Relay, [string] $Name) {
  if ($Relay.Settings) {
    $Relay.Settings.SMTPRelayerUsername = $Name
    if ($Password) { $Relay.Settings.SetSMTPRelayerPassword($Password) }
  } else {
    $Relay.Route.RelayerAuthUsername = $Name
    if ($Password) { $Relay.Route.SetRelayerAuthPassword($Password) }
    $Relay.Route.Save()
  }
}

$AdministratorPassword = Invoke-Patiently { Read-AdministratorPassword } $AdministratorSecret
