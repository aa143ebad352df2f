# Replaces the credential in the authinfo entries of one relay host, and rebuilds the map.

# Takes a line apart into `key`, `user` and `password`. A value is written as "I:text" or, in base64, as "I=text".
# shellcheck disable=SC2016 # The dollar signs are for awk.
PARSE_AUTHINFO="$SETS"'
  function value_of(line, letter) {
    if (!match(line, "\"" letter "[:=][^\"]*\"")) return ""
    return substr(line, RSTART + 3, RLENGTH - 4)
  }
  function parse(line) {
    if (tolower(line) !~ /^authinfo:/) return 0
    match(line, /^[^[:space:]]+/)
    key = substr(line, 1, RLENGTH)
    user = value_of(line, "I")
    password = value_of(line, "P")
    return 1
  }'

# An entry is for the endpoint by its name or by the name of the load balancer in front of it, which sendmail can take
# instead; the entry for all servers is if it has an SES credential, but that of no other region. Others that carry the
# very same one follow.
keys_to_change() {
  awk -v host="$relay_host" "$PARSE_AUTHINFO"'
    BEGIN { host = tolower(host) }
    !parse($0) { next }
    {
      name = tolower(substr(key, 10))
      is_own = name == host || is_balancer(name, host)
      place = is_own ? "here" : place_of(name, host)
      credential = user ":" password
    }
    NR == FNR {
      if (is_access_key(user)) {
        learn_place(credential, place)
        if (is_own || name == "") shared[credential] = 1
      }
      next
    }
    is_own || (credential in shared && may_follow(credential, place)) { print key }' "$1" "$1"
}

with_credential() {
  last_newline=1
  [ -z "$(tail -c 1 "$1")" ] || last_newline=0
  keys=$keys last_newline=$last_newline awk "$PARSE_AUTHINFO"'
    BEGIN { set_of(ENVIRON["keys"], keys) }
    NR == 1 { colon = index($0, ":"); new_user = substr($0, 1, colon - 1); new_password = substr($0, colon + 1); next }
    {
      line = $0
      if (parse(line) && key in keys) {
        # Who is authorized is often written as the very user that authenticates.
        if (value_of(line, "U") == user) sub(/"U[:=][^"]*"/, "\"U:" new_user "\"", line)
        sub(/"I[:=][^"]*"/, "\"I:" new_user "\"", line)
        sub(/"P[:=][^"]*"/, "\"P:" new_password "\"", line)
      }
      printf "%s%s", separator, line
      separator = "\n"
    }
    END { if (ENVIRON["last_newline"] && NR > 1) printf "\n" }' - "$1"
}

build() {
  # shellcheck disable=SC2094 # The map is another file than the text.
  makemap "$map_type" "$1" <"$1"
}

# makemap writes keys in lower case.
looks_up() {
  { printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD"; makemap -u "$map_type" "$1" 2>/dev/null; } | keys=$keys awk "$PARSE_AUTHINFO"'
    BEGIN { set_of(tolower(ENVIRON["keys"]), missing) }
    NR == 1 { colon = index($0, ":"); new_user = substr($0, 1, colon - 1); new_password = substr($0, colon + 1); next }
    value_of($0, "I") == new_user && value_of($0, "P") == new_password { delete missing[tolower($1)] }
    END { for (key in missing) exit 1 }'
}

command -v makemap >/dev/null 2>&1 || fail 'sendmail is not installed: makemap was not found'
check_file "$authinfo_file" "make it with a line 'AuthInfo:$relay_host \"U:root\" \"I:user\" \"P:password\"'"
[ -n "$(keys_to_change "$authinfo_file")" ] \
  || fail "$authinfo_file has no entry for $relay_host: add a line 'AuthInfo:$relay_host \"U:root\" \"I:user\" \"P:password\"'"
makemap -u "$map_type" "$authinfo_file" >/dev/null 2>&1 \
  || fail "beside $authinfo_file is no map of type $map_type, so sendmail reads another one: set authinfoFile and mapType as in FEATURE(authinfo) of sendmail.mc"
apply_table "$authinfo_file" o-rwx
# sendmail opens the map for each delivery. What was deferred because SES had refused the old credential need not wait.
if [ "$changed" -eq 1 ] && has_process 'sendmail(-mta)?'; then in_background sendmail -q; fi
report_applied
