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
    match(line, /^[^ \t\r]+/)
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
  last_newline=$(ends_with_newline "$1") awk -v keys="$keys" "$PARSE_AUTHINFO"'
    FILENAME == "-" { colon = index($0, ":"); new_user = substr($0, 1, colon - 1); new_password = substr($0, colon + 1); next }
    FILENAME == keys { chosen[$0] = 1; next }
    {
      line = $0
      if (parse(line) && key in chosen) {
        # Who is authorized is often written as the very user that authenticates.
        if (value_of(line, "U") == user) sub(/"U[:=][^"]*"/, "\"U:" new_user "\"", line)
        sub(/"I[:=][^"]*"/, "\"I:" new_user "\"", line)
        sub(/"P[:=][^"]*"/, "\"P:" new_password "\"", line)
      }
      printf "%s%s", separator, line
      separator = "\n"
    }
    END { if (ENVIRON["last_newline"] && separator) printf "\n" }' - "$keys" "$1"
}

build() {
  # shellcheck disable=SC2094 # The map is another file than the text.
  makemap "$map_type" "$1" <"$1"
}

# Whether the map has the credential under each key, which makemap writes in lower case, and, once it is in place, whether
# sendmail takes it from there.
looks_up() {
  { printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD"; as_reader makemap -u "$map_type" "$1" 2>/dev/null; } | awk -v keys="$keys" "$PARSE_AUTHINFO"'
    FILENAME == keys { missing[tolower($0)] = 1; next }
    new_user == "" { colon = index($0, ":"); new_user = substr($0, 1, colon - 1); new_password = substr($0, colon + 1); next }
    value_of($0, "I") == new_user && value_of($0, "P") == new_password { delete missing[tolower($1)] }
    END { for (key in missing) exit 1 }' "$keys" - || return 1
  case $1 in /*) sendmail_takes_it ;; esac
}

# Asks sendmail for what it would authenticate with, under each name that it may take for the relay host.
sendmail_takes_it() {
  { printf '%s\n' "$relay_host"; canonical_names; } | sort -u >"$scratch/names" || return 1
  awk '{ print ".D{server_name}" $0; print "authinfo " $0 }' "$scratch/names" | as_reader sendmail -bt 2>/dev/null | grep ' returns: ' >"$scratch/found" || true
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | awk "$PARSE_AUTHINFO"'
    { file = FILENAME; sub(/.*\//, "", file) }
    file == "-" { colon = index($0, ":"); new_user = substr($0, 1, colon - 1); new_password = substr($0, colon + 1); next }
    file == "names" { name[FNR] = $0; count = FNR; next }
    { right[FNR] = value_of($0, "I") == new_user && value_of($0, "P") == new_password }
    END { for (i = 1; i <= count; i++) if (!right[i]) { print ": sendmail does not take it under the name " name[i]; exit 1 } }' \
    - "$scratch/names" "$scratch/found"
}

command -v makemap >/dev/null 2>&1 || fail 'sendmail is not installed: makemap was not found'
check_file "$authinfo_file" "make it with a line 'AuthInfo:$relay_host \"U:root\" \"I:user\" \"P:password\"'"
text="$scratch/text"
print_file "$authinfo_file" >"$text" || exit
[ -n "$(keys_to_change "$text")" ] \
  || fail "$authinfo_file has no entry for $relay_host: add a line 'AuthInfo:$relay_host \"U:root\" \"I:user\" \"P:password\"'"
makemap -u "$map_type" "$authinfo_file" >/dev/null 2>&1 \
  || fail "beside $authinfo_file is no map of type $map_type, so sendmail reads another one: set authinfoFile and mapType as in FEATURE(authinfo) of sendmail.mc"
# sendmail reads the map as root, unless it is told to give that up.
server_user=$(sed -n 's/^O RunAsUser=\([^:]*\).*/\1/p' /etc/mail/sendmail.cf 2>/dev/null || true)
apply_table "$authinfo_file"
# sendmail opens the map for each delivery. What was deferred because SES had refused the old credential need not wait.
if [ "$changed" -eq 1 ] && has_process 'sendmail(-mta)?'; then in_background sendmail -q; fi
report_applied
