# nullmailer: lines `host protocol user=… pass=…`, which are taken apart as a shell would.
# shellcheck disable=SC2016 # The dollar signs are for awk.
REWRITE='
  function learn(text) { }
  # Takes the first word off `rest`: as it stands there to `raw`, and without quotes to `word`.
  function next_word(    c, quote) {
    raw = word = quote = ""
    match(rest, /^[ \t\r]*/)
    gap = substr(rest, 1, RLENGTH)
    rest = substr(rest, RLENGTH + 1)
    while (rest != "" && (quote != "" || rest !~ /^[ \t\r]/)) {
      c = substr(rest, 1, 1)
      raw = raw c
      rest = substr(rest, 2)
      if (c == quote) quote = ""
      else if (quote == "" && (c == "\047" || c == "\"")) quote = c
      else if (c == "\\" && quote != "\047") { word = word substr(rest, 1, 1); raw = raw substr(rest, 1, 1); rest = substr(rest, 2) }
      else word = word c
    }
    return raw != ""
  }
  function rewrite(text,    result) {
    rest = text
    if (text ~ /^[ \t]*(#|$)/ || !next_word() || tolower(word) != host) return text
    result = gap raw
    while (next_word()) {
      if (word ~ /^(--)?user=/) { raw = substr(word, 1, index(word, "=")) new_user; users++ }
      if (word ~ /^(--)?pass=/) { raw = substr(word, 1, index(word, "=")) new_password; passwords++ }
      result = result gap raw
    }
    return result gap
  }'
example="a line '$relay_host smtp port=587 starttls user=user pass=password'"

command -v nullmailer-send >/dev/null 2>&1 || fail 'nullmailer is not installed: nullmailer-send was not found'
for user in nullmail mail; do
  if id -u "$user" >/dev/null 2>&1; then server_user=$user; break; fi
done
apply_client
# nullmailer reads the file at the beginning of each queue run. A byte in the trigger begins one: written as its user, who
# could put a link there, and by a descriptor that waits for no reader.
trigger=/var/spool/nullmailer/trigger
if [ "$changed" -eq 1 ] && [ -p "$trigger" ] && has_process nullmailer-send; then
  # shellcheck disable=SC2016 # The dollar sign is for the other shell.
  as_user "${server_user:-nobody}" sh -c 'printf x 1<>"$1"' - "$trigger" 2>/dev/null || true
fi
check_login
report_applied
