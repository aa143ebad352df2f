# Run once, as the instance starts: the SMTP service of IIS, which relays everything to the endpoint in $Endpoint.
$ErrorActionPreference = 'Stop'
$null = Install-WindowsFeature -Name @('SMTP-Server', 'Web-WMI')
Start-Service SMTPSVC
Set-Service SMTPSVC -StartupType Automatic
$Server = Get-WmiObject -Namespace 'root\MicrosoftIISv2' -Class IIsSmtpServerSetting -Filter "Name='SmtpSvc/1'" -Authentication PacketPrivacy
$Server.SmartHost = $Endpoint
$Server.SmartHostType = 2
$Server.RemoteSmtpPort = 587
# Basic authentication, and TLS.
$Server.RouteAction = $Server.RouteAction -bor 0x104
$Server.RouteUserName = 'placeholder'
$Server.RoutePassword = 'placeholder'
$null = $Server.Put()
Restart-Service SMTPSVC
