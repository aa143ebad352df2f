# What SYSTEM reads of a password that IIS holds, without printing it.
$Server = Get-WmiObject -Namespace 'root\MicrosoftIISv2' -Class IIsSmtpServerSetting -Filter "Name='SmtpSvc/1'" -Authentication PacketPrivacy
$Password = "$($Server.RoutePassword)"
if ($Password -match '^B[A-P][A-Za-z0-9+/]{42}$' -or $Password -eq 'placeholder') { 'in clear text' }
elseif ($Password -eq '') { 'empty' }
else { "hidden, as $($Password.Length) characters" }
