try {
  $global:LASTEXITCODE = 0
  # What the script prints is discarded, because Run Command would keep it. Redirecting standard error would make every line
  # that a program writes there an error that ends the script.
  & $Apply 3> $null 4> $null 5> $null 6> $null > $null
} catch {
  # The position only: a message could quote the password.
  Stop-Document "the script failed in line $($_.InvocationInfo.ScriptLineNumber) with $($_.Exception.GetType().Name)"
}
if ($global:LASTEXITCODE -ne 0) { Stop-Document "the last program of the script ended with exit code $($global:LASTEXITCODE)" }

Complete-Document
