# How many events of module logging there are, and how many have the password in them that IIS or the script's file holds.
# The password is read by methods only, so that this search does not log it itself.
$ErrorActionPreference = 'Stop'
$Password = [IO.File]::ReadAllText("$env:ProgramData\SesSmtpLive\credential").Split(':', 2)[1]
$Events = @(foreach ($Filter in @{ LogName = 'Microsoft-Windows-PowerShell/Operational'; Id = 4103 }, @{ LogName = 'Windows PowerShell'; Id = 800 }) {
    Get-WinEvent -FilterHashtable $Filter -ErrorAction SilentlyContinue
  })
$Found = 0
foreach ($Event in $Events) { if ($Event.Message -and $Event.Message.Contains($Password)) { $Found++ } }
"$($Events.Count) events, the password in $Found"
