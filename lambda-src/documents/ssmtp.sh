# sSMTP: `mailhub=host:port`, `AuthUser=user` and `AuthPass=password`.
# shellcheck disable=SC2016 # The dollar signs are for awk.
REWRITE='
  function name_in(text) { sub(/[ \t]*=.*/, "", text); sub(/^[ \t]*/, "", text); return tolower(text) }
  function learn(text) {
    if (name_in(text) != "mailhub") return
    sub(/^[^=]*=[ \t]*/, "", text)
    sub(/[: \t\r].*/, "", text)
    is_own = tolower(text) == host
  }
  function rewrite(text,    name) {
    name = name_in(text)
    if (!is_own || text !~ /=/ || (name != "authuser" && name != "authpass")) return text
    match(text, /^[^=]*=[ \t]*/)
    if (name == "authuser") { users++; return substr(text, 1, RLENGTH) new_user }
    passwords++
    return substr(text, 1, RLENGTH) new_password
  }'
example="lines 'mailhub=$relay_host:587', 'AuthUser=user' and 'AuthPass=password'"

command -v ssmtp >/dev/null 2>&1 || fail 'sSMTP is not installed: ssmtp was not found'
# Where it does not run with the group mail, whoever sends reads the file: its mode stays then.
if [ -g "$(command -v ssmtp)" ]; then
  server_user=nobody
  server_group=mail
else
  keeps_mode=1
fi
apply_client
check_login
report_applied
