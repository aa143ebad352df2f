# Replaces the credential in the entries of one relay host, in the file that Debian's Exim looks its passwords up in.
cr=$(printf '\r')
export key_pattern="^(\"([^\"\\\\]|\\\\.)*\"|[^# $tab$cr:\"][^ $tab$cr:]*)[ $tab]*:?[ $tab]*" folds=1

NAME_OF='
  function name_of(key) {
    gsub(/^"|"$/, "", key)
    return tolower(key)
  }'

# An entry is for the endpoint by its name, by the name of the load balancer in front of it, or by a pattern that covers
# it and has an SES credential: the endpoint's own, if that has one, and that of no other region. Exim takes the name
# that the host's address stands for, which can be any of them. If none is named, it takes the first pattern for a name.
own_keys() {
  awk -v host="$relay_host" "$PARSE$NAME_OF"'
    function ends_with(text, end) { return substr(text, length(text) - length(end) + 1) == end }
    function covers(name, host) { return name == host || (name ~ /^\*/ && ends_with(host, substr(name, 2))) }
    function is_named(name) { return name == host || is_balancer(name, host) }
    function balancer_of(host,    label) {
      split(host, label, ".")
      return host ~ /^email-smtp/ ? "ses-smtp-." label[2] ".elb" substr(host, length(label[1] "." label[2]) + 1) : host
    }
    function learn(name, place) {
      if (has_access_key()) learn_place(credential, place)
      if (is_named(name) && has_access_key()) named[credential] = has_named = 1
      if (covers(name, host) && !first) first = i
      if (covers(name, balancer) && !first_of_balancer) first_of_balancer = i
    }
    function is_own(name, place) {
      if (is_named(name)) return 1
      if (!covers(name, host) || !has_access_key() || !may_follow(credential, place)) return 0
      return has_named ? credential in named : i == first || i == first_of_balancer
    }
    { line[++lines] = $0 }
    END {
      host = tolower(host)
      balancer = balancer_of(host)
      for (pass = 1; pass <= 2; pass++) for (i = 1; i <= lines; i++) if (parse(i)) {
        name = name_of(key)
        place = is_named(name) ? "here" : place_of(name, host)
        if (pass == 1) learn(name, place)
        else if (is_own(name, place)) print key
      }
    }' "$1"
}

build() { :; }

# Prints, one a line, what Exim finds for the names on standard input in the file $1, always as its own user: a key can
# ask for another lookup, such as one that writes a database. What only root can reach, it gets as a descriptor.
lookups() {
  case $1 in
    /*) expressions "$1" | as_user "$server_user" "$exim" -be ;;
    *) expressions /proc/self/fd/3 | as_user "$server_user" "$exim" -be 3<"$1" ;;
  esac 2>/dev/null | sed 's/^> //'
}

# Prints what Exim is to evaluate for each of the names on standard input, with the path of a file.
expressions() {
  # shellcheck disable=SC2016 # The dollar signs are for Exim.
  sed 's|.*|${lookup{&}nwildlsearch{'"$1"'}{$value}}|'
}

looks_up() {
  case $1 in
    /*) ;;
    *) as_user "$server_user" test -r /proc/self/fd/3 3<"$1" || { printf ': the %s cannot read it' "$(reader_name)"; return 1; } ;;
  esac
  # A pattern is no name to look up; it was chosen because it covers the relay host.
  sed "s/.*[^A-Za-z0-9.-].*/$relay_host/" "$keys" | sort -u >"$scratch/names" || return 1
  canonical_names >"$scratch/canonical" || return 1
  lookups "$1" <"$scratch/names" >"$scratch/found"
  lookups "$1" <"$scratch/canonical" >"$scratch/found_canonical"
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | awk -v pattern="$pattern" -v host="$relay_host" '
    { file = FILENAME; sub(/.*\//, "", file) }
    file == "-" { new = $0; next }
    file == "names" || file == "canonical" { name[file, FNR] = $0; count[file] = FNR; next }
    { found[file, FNR] = $0 }
    function refuse(text) { print " under " text; exit result = 1 }
    END {
      for (i = 1; i <= count["names"]; i++) if (found["found", i] != new)
        refuse(name["names", i] ": Exim takes the first line that covers it, so put its own above wider patterns")
      # One of the names that Exim may take is to lead to the credential, and none to another one.
      for (i = 1; i <= count["canonical"]; i++) {
        taken = name["canonical", i]
        all = all taken " "
        if (found["found_canonical", i] == new) leads = 1
        else if (found["found_canonical", i] != "") {
          wider = substr(taken, index(taken, ".") + 1)
          refuse("the name that Exim takes, " taken ", but another one: add a line \047*." wider ":user:password\047 above, with user and password as for " host)
        }
      }
      if (count["canonical"] && !leads) refuse("the name that Exim takes, " all ": add a line such as \047" pattern ":user:password\047")
    }' - "$scratch/names" "$scratch/canonical" "$scratch/found" "$scratch/found_canonical"
}

exim=$(command -v exim4 || command -v exim) || fail 'Exim is not installed: neither exim4 nor exim was found'
# What covers the name of the load balancer as well.
pattern="*.${relay_host#*.}"
case $relay_host in email-smtp*) pattern="*.${pattern#*.*.}" ;; esac
check_file "$password_file" "Debian's Exim looks passwords up there; make it with a line '$pattern:user:password'"
# Versions that do not print their configuration cannot be asked.
if "$exim" -bP config >"$scratch/config" 2>/dev/null && ! grep -Fq "$password_file" "$scratch/config"; then
  fail "Exim's configuration does not name $password_file: its authenticators take the password from elsewhere"
fi
server_user=$("$exim" -bP exim_user 2>/dev/null | sed -n 's/^exim_user = //p')
[ -n "$server_user" ] || fail "$exim -bP exim_user does not print the user that Exim runs as"
text="$scratch/text"
print_file "$password_file" >"$text" || exit
[ -n "$(own_keys "$text")" ] \
  || fail "$password_file has no entry for $relay_host: add a line '$relay_host:user:password', and '$pattern:user:password'"
learn_named "$text"
apply_table "$password_file"
# Exim reads the file for each message. What was deferred because SES had refused the old credential need not wait.
if [ "$changed" -eq 1 ] && has_process 'exim4?'; then in_background "$exim" -qf; fi
report_applied
