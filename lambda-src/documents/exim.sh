# Replaces the credential in the entries of one relay host, in the file that Debian's Exim looks its passwords up in.
export key_pattern='^[^#:[:space:]]+:[[:space:]]*'

NAME_OF='function name_of(key) { return tolower(key) }'

# An entry is for the endpoint by its name, by the name of the load balancer in front of it, or by a pattern that covers
# it and has an SES credential: the endpoint's own, if that has one, and that of no other region. Exim takes the name
# that the host's address stands for, which can be any of them.
own_keys() {
  key_pattern=$key_pattern awk -v host="$relay_host" "$PARSE$NAME_OF"'
    BEGIN { host = tolower(host) }
    function ends_with(text, end) { return substr(text, length(text) - length(end) + 1) == end }
    function covers_host(name) { return name ~ /^\*/ && ends_with(host, substr(name, 2)) }
    function is_named(name) { return name == host || is_balancer(name, host) }
    !parse($0) { next }
    { name = name_of(key); place = is_named(name) ? "here" : place_of(name, host) }
    NR == FNR {
      if (has_access_key()) learn_place(credential, place)
      if (is_named(name) && has_access_key()) named[credential] = has_named = 1
      next
    }
    is_named(name) { print key; next }
    covers_host(name) && has_access_key() && (!has_named || credential in named) && may_follow(credential, place) { print key }' "$1" "$1"
}

build() { :; }

# Prints what Exim finds for the name $1 in the file $2, which it wants with its whole path.
lookup() {
  case $2 in /*) file=$2 ;; *) file=$(pwd -P)/$2 ;; esac
  "$exim" -be "\${lookup{$1}nwildlsearch{$file}{\$value}}" 2>/dev/null
}

# The names that Exim may take for the endpoint: what it is an alias of, and what its addresses stand for.
canonical_names() {
  getent hosts "$relay_host" 2>/dev/null | while read -r address name _others; do
    printf '%s\n' "$name"
    getent hosts "$address" 2>/dev/null | awk '{ print $2 }'
  done | sort -u | grep -Ex '[A-Za-z0-9.-]+' || true
}

looks_up() {
  wanted="$SMTP_USERNAME:$SMTP_PASSWORD"
  missed=$(printf '%s\n' "$keys" | while IFS= read -r key; do
    # A pattern is no name to look up; it was chosen because it covers the relay host.
    case $key in *[!A-Za-z0-9.-]*) key=$relay_host ;; esac
    [ "$(lookup "$key" "$1")" = "$wanted" ] || printf '%s\n' "$key"
  done | head -n 1)
  hint=" under $missed: Exim takes the first line that covers it, so put its own above wider patterns"
  [ -z "$missed" ] && finds_canonical "$1"
}

# Whether one of the names leads to the credential, and none to another one.
finds_canonical() {
  names=$(canonical_names)
  [ -n "$names" ] || return 0
  leads=0
  for name in $names; do
    case $(lookup "$name" "$1") in
      "$wanted") leads=1 ;;
      '') ;;
      *)
        hint=" under the name that Exim takes, $name, but another one: add a line '*.${name#*.}:user:password' above, with user and password as for $relay_host"
        return 1
        ;;
    esac
  done
  hint=" under the name that Exim takes, $(printf '%s' "$names" | tr '\n' ' '): add a line such as '$pattern:user:password'"
  [ "$leads" -eq 1 ]
}

exim=$(command -v exim4 || command -v exim) || fail 'Exim is not installed: neither exim4 nor exim was found'
# What covers the name of the load balancer as well.
pattern="*.${relay_host#*.}"
case $relay_host in email-smtp*) pattern="*.${pattern#*.*.}" ;; esac
check_file "$password_file" "Debian's Exim looks passwords up there; make it with a line '$pattern:user:password'"
[ -n "$(own_keys "$password_file")" ] \
  || fail "$password_file has no entry for $relay_host: add a line '$relay_host:user:password', and '$pattern:user:password'"
learn_named "$password_file"
# Exim runs as a user of its own, which reads the file by way of its group.
apply_table "$password_file" o-rwx
# Exim reads the file for each message. What was deferred because SES had refused the old credential need not wait.
if [ "$changed" -eq 1 ] && has_process 'exim4?'; then in_background "$exim" -qf; fi
report_applied
