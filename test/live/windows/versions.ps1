# What reads the secret here: PowerShell, AWS Tools, the AWS CLI, the code pages.
$Tools = Get-Command Get-SECSecretValue -ErrorAction SilentlyContinue
$Cli = Get-Command aws -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
"PowerShell $($PSVersionTable.PSVersion), $(if ($Tools) { "AWS Tools $($Tools.Version)" } else { 'no AWS Tools' }), $(if ($Cli) { & $Cli.Path --version } else { 'no AWS CLI' }), " +
"code page $([Console]::OutputEncoding.CodePage) of the console, $([Text.Encoding]::Default.CodePage) of the system"
