# Gives the credential to the virtual servers of the IIS SMTP service whose smart host is the relay host.
function Get-Servers {
  Get-WmiObject -Namespace 'root\MicrosoftIISv2' -Class IIsSmtpServerSetting -Authentication PacketPrivacy |
    Where-Object { $_.SmartHost -eq $RelayHost }
}

function Set-Credential($Server, [string] $UserName, [string] $Password) {
  $Server.RouteUserName = $UserName
  $Server.RoutePassword = $Password
  $null = $Server.Put()
}

function Test-Credential($Server) {
  $Server.RouteUserName -ceq $SmtpUsername -and $Server.RoutePassword -ceq $SmtpPassword
}

try { $Servers = @(Get-Servers) } catch {
  Stop-Document 'the settings of the IIS SMTP service cannot be read: install the Windows features SMTP-Server and Web-WMI'
}
if ($Servers.Count -eq 0) { Stop-Document "no virtual SMTP server has the smart host $RelayHost" }

foreach ($Server in $Servers) {
  if (Test-Credential $Server) { continue }
  $OldUserName = $Server.RouteUserName
  $OldPassword = $Server.RoutePassword
  # The message of an error could quote a value.
  try { Set-Credential $Server $SmtpUsername $SmtpPassword } catch {
    Stop-Document "the settings of virtual SMTP server $($Server.Name) cannot be changed: $($_.Exception.GetType().Name)"
  }
  $Changed = Get-Servers | Where-Object { $_.Name -eq $Server.Name }
  if (-not (Test-Credential $Changed)) {
    # What cannot be read back as a credential must not be written as one.
    if ($OldUserName -cmatch '\AA[A-Z0-9]{15,127}\z' -and $OldPassword -cmatch '\AB[A-P][A-Za-z0-9+/]{42}\z') {
      Set-Credential $Server $OldUserName $OldPassword
      Stop-Document "virtual SMTP server $($Server.Name) did not keep the credential; the settings were put back"
    }
    Stop-Document "the credential of virtual SMTP server $($Server.Name) cannot be read back: look at its outbound security"
  }
}

# The service reads its settings itself; mail that waits is tried again at the server's interval.
Complete-Document
