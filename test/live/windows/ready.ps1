# Whether the instance has run its first script to the end.
$Server = Get-WmiObject -Namespace 'root\MicrosoftIISv2' -Class IIsSmtpServerSetting -Filter "Name='SmtpSvc/1'" -Authentication PacketPrivacy -ErrorAction SilentlyContinue
if ($Server -and $Server.RouteUserName) { 'ready' } else { 'not yet' }
