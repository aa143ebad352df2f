# Logs in to the endpoint from this node, where a server does not show the password that it holds. Returns what went wrong, or nothing.
function Test-Login {
  if (-not $LoggedIn) {
    try { Open-Session } catch {
      $Reason = $_.Exception.GetBaseException().Message.TrimEnd('.')
      return "cannot be confirmed, because a login to $SmtpHost`:$SmtpPort with the new credential failed: $Reason"
    }
    $script:LoggedIn = $true
  }
}

# Certificates are checked, as everywhere.
function Open-Session {
  $Client = [Net.Sockets.TcpClient]::new()
  try {
    if (-not $Client.ConnectAsync($SmtpHost, [int] $SmtpPort).Wait(10000)) { throw 'no connection within 10 seconds' }
    $Client.ReceiveTimeout = $Client.SendTimeout = 10000
    $Stream = $Client.GetStream()
    if (-not $ImplicitTls) {
      $script:Reader = [IO.StreamReader]::new($Stream)
      Read-Reply '220'
      Send-Line $Stream 'EHLO localhost' '250'
      Send-Line $Stream 'STARTTLS' '220'
    }
    $Stream = [Net.Security.SslStream]::new($Stream)
    $Stream.AuthenticateAsClient($SmtpHost, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
    $script:Reader = [IO.StreamReader]::new($Stream)
    if ($ImplicitTls) { Read-Reply '220' }
    Send-Line $Stream 'EHLO localhost' '250'
    $Plain = [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes("`0$SmtpUsername`0$SmtpPassword"))
    $Bytes = [Text.Encoding]::ASCII.GetBytes("AUTH PLAIN $Plain`r`n")
    $Stream.Write($Bytes, 0, $Bytes.Length)
    Read-Reply '235'
  } finally {
    $Client.Close()
  }
}

function Send-Line([IO.Stream] $Stream, [string] $Line, [string] $Expected) {
  $Bytes = [Text.Encoding]::ASCII.GetBytes("$Line`r`n")
  $Stream.Write($Bytes, 0, $Bytes.Length)
  Read-Reply $Expected
}

# Of a reply, only the code is told: the text could quote what was sent.
function Read-Reply([string] $Expected) {
  do {
    $Line = $Reader.ReadLine()
    if ($null -eq $Line) { throw 'it closed the connection' }
  } while ($Line -match '\A[0-9]{3}-')
  $Code = if ($Line -match '\A[0-9]{3}') { $Matches[0] } else { 'something else' }
  if ($Code -ne $Expected) { throw "it answered $Code where $Expected is expected" }
}
