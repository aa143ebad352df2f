# Gives the credential to everything on this server that relays to the relay host. The script before this one defines how the server's entries are read and written: Read-Relays returns tables with Name, Hosts, Problem, UserName, Password and what else it needs, and Write-Relay writes
# $UserName and $Password.

# Compares hosts without the brackets, final dots, spaces and capitals that people write.
function Get-Hosts([string] $Text) {
  foreach ($HostName in $Text -split '[;,\s\[\]]+') { if ($HostName.Trim('.')) { $HostName.Trim('.').ToLowerInvariant() } }
}

function Find-Relays {
  foreach ($Relay in @(Read-Relays)) { if ($Relay.Hosts -contains $WantedHost) { $Relay } }
}

function Find-Relay($Name) {
  foreach ($Relay in @(Find-Relays)) { if ($Relay.Name.Equals($Name)) { return $Relay } }
  throw 'it is gone'
}

# Some servers show no password, or a mask of one repeated character.
function Test-Hidden($Relay) {
  if (-not $Relay.Password) { return [bool] $Relay.UserName }
  return $Relay.Password -cmatch '\A(.)\1*\z'
}

# Where a server can show passwords and has not hidden one before, none may mean that it is lost.
function Test-Lost($Relay) {
  return $Relay.ContainsKey('Password') -and -not $Relay.Password -and -not (Test-Hidden $Before)
}

# -ceq compares as languages do, which do not see some letters.
function Test-New($Relay) {
  return "$($Relay.UserName)".Equals($SmtpUsername) -and ("$($Relay.Password)".Equals($SmtpPassword) -or (Test-Hidden $Relay))
}

function Test-Old($Relay) {
  return "$($Relay.UserName)".Equals("$($Before.UserName)") -and "$($Relay.Password)".Equals("$($Before.Password)")
}

# Says which, short enough for what Run Command keeps.
function Join-Names([string[]] $Names) {
  if ($Names.Count -lt 6) { return $Names -join ' and ' }
  return "$($Names[0..3] -join ', ') and $($Names.Count - 4) more"
}

# Says what kind of error $Failure is. Its message could quote a value.
function Get-Kind {
  $Exception = $Failure.Exception.GetBaseException()
  return '{0} 0x{1:X8}' -f $Exception.GetType().Name, $Exception.HResult
}

# Writes the credential, and looks. Returns what went wrong, or nothing.
function Set-Credential {
  $script:UserName = $SmtpUsername
  $script:Password = $SmtpPassword
  $Problem = $null
  try { Write-Relay $Before } catch { $Failure = $_; $Problem = "cannot be changed ($(Get-Kind))" }
  try { $Now = Find-Relay $Before.Name } catch { $Failure = $_; return "cannot be read back ($(Get-Kind))" }
  if (-not (Test-New $Now)) { if ($Problem) { return $Problem } else { return 'did not keep the credential' } }
  if (-not (Test-Hidden $Now)) { return }
  if (-not $Problem -and (Test-Lost $Now)) { $Problem = 'did not keep the password' }
  # What is hidden may be half of the intended value.
  if (-not $Problem) { $Problem = Test-Login }
  if (-not $Problem) { $script:Hidden += $Before.Name }
  return $Problem
}

# Puts back what there was, if it is known and gone, and reports what is there now.
function Reset-Credential {
  for ($Attempt = 1; $Attempt -le 2; $Attempt++) {
    try { if (Test-Old (Find-Relay $Before.Name)) { break } } catch { $null = $_ }
    if (Test-Hidden $Before) { break }
    $script:UserName = $Before.UserName
    $script:Password = $Before.Password
    try { Write-Relay $Before } catch { $null = $_ }
  }
  try { $Now = Find-Relay $Before.Name } catch { return 'what it holds now cannot be read: look at its outbound security' }
  if ((Test-Old $Now) -and (Test-Hidden $Before)) { return 'it has the user name that it had before; its password cannot be read, so look whether it still sends' }
  if (Test-Old $Now) { if ($Attempt -eq 1) { return 'it holds what it held before' } else { return 'what it held before was put back' } }
  if (Test-Hidden $Before) { return 'its password cannot be read, so nothing was put back: set its outbound security by hand' }
  if ((Test-New $Now) -and -not (Test-Lost $Now)) { return 'it holds the new credential' }
  return 'it holds neither the old nor the new credential: set its outbound security by hand'
}

function Get-Others {
  if ($Changed.Count -eq 1) { return "; $($Changed[0]) holds the new credential" }
  if ($Changed.Count -gt 1) { return "; $(Join-Names $Changed) hold the new credential" }
}

# Finds what relays, all of which can use a credential and shares it with no other host.
function Find-Usable {
  try { $Relays = @(Find-Relays) } catch { Stop-Document "$Unreadable`: $(Get-Reason $_); $Remedy$(Get-Others)" }
  if ($Relays.Count -eq 0) { Stop-Document "$Missing$(Get-Others)" }
  foreach ($Relay in $Relays) {
    $Others = @($Relay.Hosts -ne $WantedHost)
    if ($Others.Count -gt 0) { Stop-Document "$($Relay.Name) gives one credential to $RelayHost and to $(Join-Names $Others): give it $RelayHost alone$(Get-Others)" }
    if ($Relay.Problem) { Stop-Document "$($Relay.Problem)$(Get-Others)" }
  }
  return $Relays
}

$WantedHost = @(Get-Hosts $RelayHost)[0]
$Changed = @()
$Hidden = @()
foreach ($Before in @(Find-Usable)) {
  if (-not (Test-New $Before) -or (Test-Hidden $Before)) {
    # What is hidden cannot be put back: first prove that the new credential works.
    $Problem = if (Test-Hidden $Before) { Test-Login }
    if ($Problem) { Stop-Document "$($Before.Name) $Problem; it holds what it held before$(Get-Others)" }
    for ($Attempt = 1; $Attempt -le 2; $Attempt++) { $Problem = Set-Credential; if (-not $Problem) { break } }
    if ($Problem) { Stop-Document "$($Before.Name) $Problem; $(Reset-Credential)$(Get-Others)" }
  }
  $Changed += $Before.Name
}
# What the first look did not show, or something else has changed since, must not count as done.
foreach ($Relay in @(Find-Usable)) {
  if (Test-New $Relay) { continue }
  $Changed = @($Changed -cne $Relay.Name)
  Stop-Document "$($Relay.Name) does not hold the credential at the last look, because something else changes the settings: run this document again$(Get-Others)"
}
if ($Hidden) {
  [Console]::Out.WriteLine("looked at: the user name of $(Join-Names $Hidden), whose password cannot be read, and a login to $SmtpHost`:$SmtpPort with the new credential")
}
Complete-Document
