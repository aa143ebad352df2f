# The policy that writes the parameters of cmdlets into the event log, for every module.
$ErrorActionPreference = 'Stop'
$Key = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\PowerShell\ModuleLogging'
$null = New-Item -Path "$Key\ModuleNames" -Force
$null = New-ItemProperty -Path $Key -Name EnableModuleLogging -Value 1 -PropertyType DWord -Force
$null = New-ItemProperty -Path "$Key\ModuleNames" -Name '*' -Value '*' -Force
'on'
