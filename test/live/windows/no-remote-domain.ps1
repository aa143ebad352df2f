$ErrorActionPreference = 'Stop'
Get-WmiObject -Namespace 'root\MicrosoftIISv2' -Class IIsSmtpDomainSetting -Filter "Name='SmtpSvc/1/Domain/$Domain'" -Authentication PacketPrivacy | Remove-WmiObject
'removed'
