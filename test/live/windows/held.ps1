# The key id that IIS holds, and the one that the script of one's own has written.
$Server = Get-WmiObject -Namespace 'root\MicrosoftIISv2' -Class IIsSmtpServerSetting -Filter "Name='SmtpSvc/1'" -Authentication PacketPrivacy
"$($Server.RouteUserName) $([IO.File]::ReadAllText("$env:ProgramData\SesSmtpLive\credential").Split(':', 2)[0])"
