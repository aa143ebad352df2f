# For clients without a lookup of their own: logs in to the endpoint with what the file says, by curl where that is there
# and speaks SMTP. Only a refusal counts, because a firewall may let nobody through but the server; and only one that
# lasts, because the endpoint's hosts learn of a key one after the other.
check_login() {
  command -v curl >/dev/null 2>&1 || return 0
  for pause in 2 4 8 0; do
    code=0
    printf 'url = "%s"\nuser = "%s:%s"\n' "$relay_url" "$SMTP_USERNAME" "$SMTP_PASSWORD" \
      | curl -q --config - --silent --ssl-reqd --request NOOP --max-time 10 >/dev/null 2>&1 || code=$?
    # This is how curl reports a refused login.
    [ "$code" -eq 67 ] || return 0
    [ "$pause" -eq 0 ] || sleep "$pause"
  done
  fail "$relay_url refuses the credential, which the file has now"
}
