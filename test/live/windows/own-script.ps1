$Folder = "$env:ProgramData\SesSmtpLive"
$Acl = New-Object Security.AccessControl.DirectorySecurity
$Acl.SetAccessRuleProtection($true, $false)
foreach ($Account in 'NT AUTHORITY\SYSTEM', 'BUILTIN\Administrators') {
  $Acl.AddAccessRule((New-Object Security.AccessControl.FileSystemAccessRule $Account, 'FullControl', 'ContainerInherit, ObjectInherit', 'None', 'Allow'))
}
$null = [IO.Directory]::CreateDirectory($Folder)
Set-Acl -Path $Folder -AclObject $Acl
[IO.File]::WriteAllText("$Folder\credential", "${SmtpUsername}:${SmtpPassword}")
