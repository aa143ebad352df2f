# Runs cases one after the other in one process, each in a runspace of its own: a tenth of the time that a process each takes.
# What would be the policy 'module logging' writes cmdlets' parameters and pipeline input down, into binding.txt.
param([string] $List)
$ErrorActionPreference = 'Stop'
foreach ($Folder in [IO.File]::ReadAllLines($List)) {
  foreach ($Line in [IO.File]::ReadAllLines("$Folder/environment.tsv")) {
    $Name, $Value = $Line -split "`t", 2
    [Environment]::SetEnvironmentVariable($Name, $Value)
  }
  $State = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
  if ($IsWindows -ne $false) { $State.ExecutionPolicy = 'Unrestricted' }
  $State.ImportPSModule([string[]] @([IO.File]::ReadAllLines("$Folder/modules.txt")))
  $Runspace = [runspacefactory]::CreateRunspace($State)
  $Runspace.Open()
  if (Test-Path "$Folder/language-mode.txt") { $Runspace.SessionStateProxy.LanguageMode = [IO.File]::ReadAllText("$Folder/language-mode.txt") }
  $Output = [IO.StringWriter]::new()
  $ErrorOutput = [IO.StringWriter]::new()
  $Streams = [Console]::Out, [Console]::Error
  [Console]::SetOut($Output)
  [Console]::SetError($ErrorOutput)
  $Code = 1
  $Shell = [powershell]::Create()
  try {
    $Shell.Runspace = $Runspace
    $Call = "& '$Folder/_script.ps1'"
    if (Test-Path "$Folder/prelude.ps1") { $Call = [IO.File]::ReadAllText("$Folder/prelude.ps1") + "`n" + $Call }
    # In constrained language, there is nothing to trace.
    if (-not (Test-Path "$Folder/language-mode.txt")) { $Call = "Trace-Command -Name ParameterBinding -FilePath '$Folder/binding.txt' -Expression { $Call }" }
    $null = $Shell.AddScript($Call + "`n" + '"exit code $(if ($LASTEXITCODE) { $LASTEXITCODE } else { 0 })"')
    foreach ($Object in $Shell.Invoke()) {
      if ("$Object" -match '\Aexit code (\d+)\z') { $Code = $Matches[1] } else { $Output.WriteLine("$Object") }
    }
  } catch {
    $ErrorOutput.WriteLine($_.Exception.InnerException.Message)
  }
  # The host of a script of the agent prints warnings, too, as they come.
  foreach ($Record in $Shell.Streams.Warning) { $null = $Output.GetStringBuilder().Insert(0, "WARNING: $Record`n") }
  foreach ($Record in $Shell.Streams.Error) { $ErrorOutput.WriteLine("$Record") }
  foreach ($Record in $Shell.Streams.Information) { $Output.WriteLine("$Record") }
  [Console]::SetOut($Streams[0])
  [Console]::SetError($Streams[1])
  [IO.File]::WriteAllText("$Folder/stdout.txt", $Output)
  [IO.File]::WriteAllText("$Folder/stderr.txt", $ErrorOutput)
  [IO.File]::WriteAllText("$Folder/exit-code.txt", $Code)
  $Shell.Dispose()
  $Runspace.Dispose()
}
