# The script runs in a process of its own. In this one, `exit`, `break` and `continue` would end the document without a word, a mistake in
# its syntax would end the document before it begins, and what it prints could not be held back. A runspace of its own holds all that, too,
# but has no console, and without one Windows PowerShell takes what programs write to standard error for errors that end the script.
# The process reads the credential from standard input, and says in a line that nobody else knows how the script ended.
$Runner = {
  # The first line may begin with a byte order mark, which Windows PowerShell writes where the console has UTF-8.
  $null = [Console]::In.ReadLine()
  Set-Variable -Option Constant -Name SesSmtp -Value @{ Sign = [Console]::In.ReadLine(); Outcome = 'left'; Output = [Console]::Out }
  # Errors of PowerShell can quote the password. Programs write past this.
  [Console]::SetError([IO.TextWriter]::Null)
  $SmtpUsername = [Console]::In.ReadLine()
  $SmtpPassword = [Console]::In.ReadLine()
  $SmtpHost = [Console]::In.ReadLine()
  $SmtpPort = [Console]::In.ReadLine()
  $ErrorActionPreference = 'Stop'
  $ProgressPreference = 'SilentlyContinue'
  try {
    $SesSmtp.Script = [scriptblock]::Create([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String([Console]::In.ReadLine())))
  } catch {
    $Mistake = $_.Exception.GetBaseException().Errors[0]
    $SesSmtp.Outcome = "unparsed line $($Mistake.Extent.StartLineNumber), $($Mistake.ErrorId)"
  }
  if ($SesSmtp.Script) {
    $global:LASTEXITCODE = 0
    try {
      # A break or continue of the script ends this loop.
      do { . $SesSmtp.Script; $SesSmtp.Outcome = "exit code $global:LASTEXITCODE" } while ($false)
    } catch {
      # The position only: a message could quote the password. The script's own lines are those of no file.
      $Position = if ($_.ScriptStackTrace -match ', <[^<>]*>\D*(\d+)') { $Matches[1] } else { $_.InvocationInfo.ScriptLineNumber }
      $SesSmtp.Outcome = "failed line $Position with $($_.Exception.GetType().Name)"
    }
  }
  $SesSmtp.Output.WriteLine()
  $SesSmtp.Output.WriteLine("$($SesSmtp.Sign) $($SesSmtp.Outcome)")
}

# Each line of it has a mark, so that none can end the text.
$Text = ($Script -split '\r?\n' -replace '\A\| ?') -join "`n"
$Sign = [guid]::NewGuid().ToString()
$Shell = if ($PSVersionTable.PSEdition -eq 'Core') { 'pwsh' } else { "$PSHOME\powershell.exe" }
$Start = [Diagnostics.ProcessStartInfo]::new($Shell, '-NoLogo -NoProfile -NonInteractive -InputFormat None -OutputFormat Text -ExecutionPolicy Unrestricted -EncodedCommand ' +
  [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($Runner.ToString())))
$Start.UseShellExecute = $false
$Start.RedirectStandardInput = $Start.RedirectStandardOutput = $true
$Process = [Diagnostics.Process]::Start($Start)
foreach ($Line in '', $Sign, $SmtpUsername, $SmtpPassword, $SmtpHost, $SmtpPort, [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($Text))) {
  $Process.StandardInput.WriteLine($Line)
}
$Process.StandardInput.Close()

# What it prints is discarded, because Run Command would keep it. A program that it leaves behind may keep its output open forever.
$Outcome = $null
while (-not $Outcome) {
  $Reading = $Process.StandardOutput.ReadLineAsync()
  while (-not $Reading.Wait(1000)) { if ($Process.HasExited) { break } }
  if (-not $Reading.IsCompleted -or $null -eq $Reading.Result) { break }
  if ($Reading.Result.StartsWith($Sign, 'Ordinal')) { $Outcome = $Reading.Result.Substring($Sign.Length + 1) }
}
if (-not $Outcome -or $Outcome -eq 'left') {
  $Process.WaitForExit()
  Stop-Document ("the script ended before its last line, with exit code $($Process.ExitCode): it must not call exit, and break or continue only in a loop; " +
    'return ends it early')
}
$Kind, $Detail = $Outcome -split ' ', 2
if ($Kind -eq 'unparsed') { Stop-Document "the script cannot be parsed: $Detail" }
if ($Kind -eq 'failed') { Stop-Document "the script failed in $Detail" }
if ($Outcome -ne 'exit code 0') { Stop-Document "the last program of the script ended with $Outcome" }
Complete-Document
