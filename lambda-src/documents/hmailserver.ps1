# What of hMailServer relays: its SMTP relayer, and routes of single domains, which come before it. It shows no passwords.
$Unreadable = 'the settings of hMailServer cannot be read'
$Remedy = 'run this document where hMailServer 5.4 or newer is installed'
$Missing = "neither the SMTP relayer nor a route of hMailServer is $RelayHost"

function Read-AdministratorPassword {
  $Region = ($AdministratorSecret -split ':')[3]
  $Value = if (Get-Command Get-SECSecretValue -ErrorAction SilentlyContinue) {
    Get-SECSecretValue -SecretId $AdministratorSecret -Region $Region
  } else {
    Invoke-SecretsManager "get-secret-value --secret-id $AdministratorSecret --region $Region"
  }
  return "$($Value.SecretString)".TrimEnd([char[]] "`r`n")
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

# A route is saved as a whole. The relayer is not: if it fails after its first half, that is taken back, because the password before it is
# not known.
function Write-Relay($Relay) {
  if ($Relay.Route) {
    $Relay.Route.RelayerAuthUsername = "$UserName"
    if ($Password) { $Relay.Route.SetRelayerAuthPassword($Password) }
    $Relay.Route.Save()
    return
  }
  try {
    $Relay.Settings.SMTPRelayerUsername = "$UserName"
    if ($Password) { $Relay.Settings.SetSMTPRelayerPassword($Password) }
  } catch {
    $Failure = $_
    try { $Relay.Settings.SMTPRelayerUsername = "$($Relay.UserName)" } catch { $null = $_ }
    throw $Failure.Exception
  }
}

$AdministratorPassword = Invoke-Patiently { Read-AdministratorPassword } $AdministratorSecret
