# What of the IIS SMTP service relays: virtual servers by their smart host, and remote domains by their route, which comes before it.
$Unreadable = 'the settings of the IIS SMTP service cannot be read'
$Remedy = 'install the Windows features SMTP-Server and Web-WMI if they are missing, and let SYSTEM read root\MicrosoftIISv2'
$Missing = "no virtual SMTP server has the smart host $RelayHost, and no remote domain the route"
$BasicAuthentication = 0x100
$Tls = 0x4

function Read-Settings([string] $Class) {
  return Get-WmiObject -Namespace 'root\MicrosoftIISv2' -Class $Class -Authentication PacketPrivacy
}

function Read-Relays {
  $Servers = @(Read-Settings IIsSmtpServerSetting)
  $Encrypted = @(foreach ($Server in $Servers) { if ($Server.AlwaysUseSsl) { $Server.Name } })
  foreach ($Server in $Servers) { New-Relay $Server $Server.SmartHost $Encrypted }
  foreach ($Domain in @(Read-Settings IIsSmtpDomainSetting)) { New-Relay $Domain $Domain.RouteActionString $Encrypted }
}

function New-Relay($Setting, [string] $Route, [string[]] $Encrypted) {
  return @{
    Name = $Setting.Name; Hosts = @(Get-Hosts $Route); UserName = $Setting.RouteUserName; Password = $Setting.RoutePassword; Setting = $Setting
    Problem = Get-Problem $Setting.Name ([int] $Setting.RouteAction) ($Encrypted -contains (($Setting.Name -split '/')[0, 1] -join '/'))
  }
}

# Without these, the service does not use the credential, or SES refuses it.
function Get-Problem([string] $Name, [int] $RouteAction, [bool] $Encrypted) {
  $Found = 'RouteAction of {0} is 0x{1:X}, without' -f $Name, $RouteAction
  if (-not ($RouteAction -band $BasicAuthentication)) {
    return "$Found SMTP_AUTH_CLEARTEXT (0x100): choose basic authentication in its outbound security, or it does not use the credential"
  }
  if (-not ($Encrypted -or $RouteAction -band $Tls)) {
    return "$Found SMTP_SSL (0x4), and AlwaysUseSsl is false: choose TLS encryption in its outbound security, because SES refuses to log in without it"
  }
}

# The service reads its settings itself; mail that waits is tried again at the server's interval.
function Write-Relay($Relay) {
  $Relay.Setting.RouteUserName = $UserName
  $Relay.Setting.RoutePassword = $Password
  $null = $Relay.Setting.Put()
}
