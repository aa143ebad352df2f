# What of Exchange relays: send connectors by their smart hosts. They are the organization's, so one server of it is enough.
$Unreadable = 'the send connectors cannot be read'
$Remedy = 'run this document on one Exchange server, whose computer account may manage the organization'
$Missing = "no send connector has the smart host $RelayHost"

if (-not (Get-Command Get-SendConnector -ErrorAction SilentlyContinue)) {
  try { Add-PSSnapin Microsoft.Exchange.Management.PowerShell.SnapIn } catch {
    Stop-Document "the management shell of Exchange cannot be loaded: $(Get-Reason $_); $Remedy"
  }
}

function Read-Relays {
  foreach ($Connector in @(Get-SendConnector)) {
    $Credential = $Connector.AuthenticationCredential
    @{
      Name = "$($Connector.Identity)"; Hosts = @(Get-Hosts ($Connector.SmartHosts -join ' ')); Problem = Get-Problem $Connector
      UserName = $Credential.UserName; Password = if ($Credential) { $Credential.GetNetworkCredential().Password }
    }
  }
}

# Without these, Exchange does not use the credential, or SES refuses it. A connector that is turned off may have what it likes.
function Get-Problem($Connector) {
  $Mechanism = "$($Connector.SmartHostAuthMechanism)"
  if (-not $Connector.Enabled -or $Mechanism -eq 'BasicAuthRequireTLS' -or ($Mechanism -eq 'BasicAuth' -and $Connector.RequireTLS)) { return }
  return "SmartHostAuthMechanism of $($Connector.Identity) is ${Mechanism}: set it to BasicAuthRequireTLS, or Exchange does not use the credential, or sends it without TLS, which SES refuses"
}

# Exchange reads its connectors again within minutes; until then, the previous credential works.
function Write-Relay($Relay) {
  $Credential = $null
  if ($UserName) { $Credential = [pscredential]::new($UserName, [Net.NetworkCredential]::new('', $Password).SecurePassword) }
  Set-SendConnector -Identity $Relay.Name -AuthenticationCredential $Credential
}
