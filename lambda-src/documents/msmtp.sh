# Replaces user and password in the accounts of one relay host, in the configuration of msmtp.

# Takes a line apart into `word`, the rest of it without quotes, and `end`, the white space behind that; and keeps
# `section`, the number of the account that the line belongs to.
# shellcheck disable=SC2016 # The dollar signs are for awk.
PARSE_CONFIG='
  function parse(line) {
    word = ""
    if (line ~ /^[[:space:]]*(#|$)/) return
    start = match(line, /^[[:space:]]*[^[:space:]]+[[:space:]]*/) ? substr(line, 1, RLENGTH) : ""
    rest = substr(line, RLENGTH + 1)
    end = match(rest, /[[:space:]]+$/) ? substr(rest, RSTART) : ""
    sub(/[[:space:]]+$/, "", rest)
    gsub(/^"|"$/, "", rest)
    word = start
    gsub(/[[:space:]]/, "", word)
    if (word == "account" || word == "defaults") section++
  }
  # An account without a host has that of the account it is derived from, or the default one.
  function learn_hosts() {
    if (word == "defaults") { in_defaults = 1; name_of[section] = "" }
    if (word == "account") {
      in_defaults = 0
      split(rest, part, /[[:space:]]*:[[:space:]]*/)
      name_of[section] = part[1]
      host_of[section] = default_host
      # The last one that has a host decides.
      count = split(part[2], parents, /[[:space:]]*,[[:space:]]*/)
      for (i = 1; i <= count; i++) if (parents[i] in named && host_of[named[parents[i]]]) host_of[section] = host_of[named[parents[i]]]
      named[part[1]] = section
    }
    if (word == "host") { host_of[section] = tolower(rest); if (in_defaults) default_host = tolower(rest) }
  }
  function is_own(number) { return host_of[number] == tolower(host) }'

# Prints the names of the accounts with the relay host.
keys_to_change() {
  awk -v host="$relay_host" "$PARSE_CONFIG"'
    { parse($0); learn_hosts() }
    END { for (i = 1; i <= section; i++) if (is_own(i) && name_of[i] != "" && !printed[name_of[i]]++) print name_of[i] }' "$1"
}

with_credential() {
  last_newline=1
  [ -z "$(tail -c 1 "$1")" ] || last_newline=0
  last_newline=$last_newline awk -v host="$relay_host" "$PARSE_CONFIG"'
    FILENAME == "-" { colon = index($0, ":"); new["user"] = substr($0, 1, colon - 1); new["password"] = substr($0, colon + 1); next }
    FNR == 1 { pass++; section = 0 }
    { parse($0) }
    pass == 1 { learn_hosts(); next }
    {
      printf "%s%s", separator, (word == "user" || word == "password") && is_own(section) ? start new[word] end : $0
      separator = "\n"
    }
    END { if (ENVIRON["last_newline"] && separator) printf "\n" }' - "$1" "$1"
}

build() { :; }

# Whether each account has the user by what msmtp makes of the file, and each password line is the new one. msmtp reads
# a file that it is told of only if nobody else can, and under AppArmor in few places only.
looks_up() (
  has_passwords "$1" || exit 1
  copy=$(mktemp /tmp/ses-smtp.XXXXXX) || exit 1
  trap 'rm -f "$copy"' EXIT
  trap 'exit 1' HUP INT TERM
  cat "$1" >"$copy"
  has_users "$copy"
)

has_users() {
  printf '%s\n' "$keys" | while IFS= read -r account; do
    msmtp -C "$1" -a "$account" --pretend nobody@localhost </dev/null 2>/dev/null | grep -Eq "^user *= $SMTP_USERNAME\$" || exit 1
  done
}

has_passwords() {
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | awk -v host="$relay_host" "$PARSE_CONFIG"'
    FILENAME == "-" { new = substr($0, index($0, ":") + 1); next }
    FNR == 1 { pass++; section = 0 }
    { parse($0) }
    pass == 1 { learn_hosts(); next }
    word == "password" && is_own(section) { if (rest == new) right++; else wrong++ }
    END { exit !(right > 0 && !wrong) }' - "$1" "$1"
}

asks_program() {
  awk -v host="$relay_host" "$PARSE_CONFIG"'
    FNR == 1 { pass++; section = 0 }
    { parse($0) }
    pass == 1 { learn_hosts(); next }
    word == "passwordeval" && is_own(section) { found = 1 }
    END { exit !found }' "$1" "$1"
}

command -v msmtp >/dev/null 2>&1 || fail 'msmtp is not installed'
check_file "$config_file" "make it with an account whose host is $relay_host"
[ -n "$(keys_to_change "$config_file")" ] || fail "$config_file has no account with host $relay_host"
if asks_program "$config_file"; then
  fail "an account with host $relay_host in $config_file gets its password by passwordeval: let that read the secret, or write 'password' instead"
fi
# Who sends by msmtp reads the file: its mode stays.
apply_table "$config_file" u+rw
report_applied
