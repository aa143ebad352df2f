# A remote domain for $Domain, without a route of its own.
$ErrorActionPreference = 'Stop'
$Setting = ([wmiclass] 'root\MicrosoftIISv2:IIsSmtpDomainSetting').CreateInstance()
$Setting.Name = "SmtpSvc/1/Domain/$Domain"
$Setting.RouteActionString = ''
$null = $Setting.Put()
'made'
