# Sends a message from $From to $To through the service's pickup folder, and says what has become of it within two minutes.
$ErrorActionPreference = 'Stop'
$Root = 'C:\inetpub\mailroot'
Get-ChildItem "$Root\Queue", "$Root\Badmail" -File | Remove-Item -Force
$Name = [guid]::NewGuid().ToString('N')
[IO.File]::WriteAllText("$Root\$Name.tmp", "From: $From`r`nTo: $To`r`nSubject: test`r`n`r`ntest`r`n")
Move-Item "$Root\$Name.tmp" "$Root\Pickup\$Name.eml"
$End = [DateTime]::UtcNow.AddMinutes(2)
do {
  Start-Sleep -Seconds 3
  $Waiting = @(Get-ChildItem "$Root\Pickup", "$Root\Queue" -File).Count
  $Bad = @(Get-ChildItem "$Root\Badmail" -File).Count
} while ($Waiting -gt 0 -and $Bad -eq 0 -and [DateTime]::UtcNow -lt $End)
if ($Bad -gt 0) { 'in Badmail' } elseif ($Waiting -gt 0) { 'still in the queue after two minutes' } else { 'sent' }
