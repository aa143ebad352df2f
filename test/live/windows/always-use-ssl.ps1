# AlwaysUseSsl as $On says, and the TLS flag of the route the other way round.
$ErrorActionPreference = 'Stop'
$Server = Get-WmiObject -Namespace 'root\MicrosoftIISv2' -Class IIsSmtpServerSetting -Filter "Name='SmtpSvc/1'" -Authentication PacketPrivacy
$Server.AlwaysUseSsl = $On -eq 'true'
$Server.RouteAction = if ($On -eq 'true') { $Server.RouteAction -band -bnot 0x4 } else { $Server.RouteAction -bor 0x4 }
$null = $Server.Put()
'set'
