# Replaces the credential in the entries of one relay host, in the file that Debian's Exim looks its passwords up in.
export key_pattern='^[^#:[:space:]]+:[[:space:]]*'

# An entry is for the endpoint by its name, by the name of the load balancer in front of it, or by a pattern that
# covers it and has an SES credential. Exim takes the name that the host's address stands for, which can be any of them.
own_keys() {
  key_pattern=$key_pattern awk -v host="$relay_host" "$PARSE"'
    BEGIN { host = tolower(host); split(host, label, ".") }
    function ends_with(text, end) { return substr(text, length(text) - length(end) + 1) == end }
    function is_own(name) {
      if (name == host) return 1
      if (host ~ /^email-smtp/ && name ~ /^ses-smtp-/ && ends_with(name, "." label[2] ".elb.amazonaws.com")) return 1
      return name ~ /^\*/ && ends_with(host, substr(name, 2)) && credential ~ /^A[A-Z0-9]+:/
    }
    parse($0) && is_own(tolower(key)) { print key }' "$1"
}

build() { :; }

# Prints what Exim finds for the name $1 in the file $2.
lookup() {
  "$exim" -be "\${lookup{$1}nwildlsearch{$2}{\$value}}" 2>/dev/null
}

# The names of the endpoint's addresses, as far as the system knows them.
canonical_names() {
  getent hosts "$relay_host" 2>/dev/null | awk '{ for (i = 2; i <= NF; i++) print $i; print $1 }' | while IFS= read -r name; do
    case $name in
      *[!0-9A-Fa-f.:]*) printf '%s\n' "$name" ;;
      *) getent hosts "$name" 2>/dev/null | awk '{ print $2 }' ;;
    esac
  done | sort -u | grep -Ex '[A-Za-z0-9.-]+' || true
}

looks_up() {
  wanted="$SMTP_USERNAME:$SMTP_PASSWORD"
  printf '%s\n' "$keys" | while IFS= read -r key; do
    # A pattern is no name to look up; it was chosen because it covers the relay host.
    case $key in *[!A-Za-z0-9.-]*) key=$relay_host ;; esac
    [ "$(lookup "$key" "$1")" = "$wanted" ] || exit 1
  done || return 1
  canonical_names | while IFS= read -r name; do
    found=$(lookup "$name" "$1")
    [ -z "$found" ] || [ "$found" = "$wanted" ] || exit 1
  done
}

exim=$(command -v exim4 || command -v exim) || fail 'Exim is not installed: neither exim4 nor exim was found'
check_file "$password_file" "Debian's Exim looks passwords up there; make it with a line '*.amazonaws.com:user:password'"
[ -n "$(own_keys "$password_file")" ] \
  || fail "$password_file has no entry for $relay_host: add a line '$relay_host:user:password', and '*.amazonaws.com:user:password'"
# Exim runs as a user of its own, which reads the file by way of its group.
apply_table "$password_file" o-rwx
# Exim reads the file for each message. What was deferred because SES had refused the old credential need not wait.
if [ "$changed" -eq 1 ]; then in_background "$exim" -qf; fi
report_applied
