# Replaces user and password in the accounts of one relay host, in the configuration of msmtp.

# Reads a configuration into `line`, and learns where each account has its settings from: `from[number, word]` is the line
# with the word that counts for the account of that number, be it its own, that of an account that it is derived from, or
# that of the defaults.
# shellcheck disable=SC2016 # The dollar signs are for awk.
PARSE_CONFIG='
  # Takes a line apart into `word`, the rest of it without quotes, and `end`, the white space behind that.
  function parse(text) {
    word = rest = end = start = ""
    if (text ~ /^[ \t\r]*(#|$)/ || !match(text, /^[ \t]*[^ \t\r]+[ \t]*/)) return
    start = substr(text, 1, RLENGTH)
    rest = substr(text, RLENGTH + 1)
    end = match(rest, /[ \t\r]+$/) ? substr(rest, RSTART) : ""
    sub(/[ \t\r]+$/, "", rest)
    gsub(/^"|"$/, "", rest)
    word = start
    gsub(/[ \t]/, "", word)
  }
  function inherit(parent,    i) {
    for (i = 1; i <= words; i++) if ((parent, WORDS[i]) in from) from[accounts, WORDS[i]] = from[parent, WORDS[i]]
  }
  # Number 0 is for the defaults.
  function begin_account(    part, parents, count, i) {
    if (word == "defaults") { current = 0; return }
    split(rest, part, /[ \t]*:[ \t]*/)
    name_of[++accounts] = part[1]
    inherit(0)
    # The last one that has a setting decides.
    count = split(part[2], parents, /[ \t]*,[ \t]*/)
    for (i = 1; i <= count; i++) if (parents[i] in number_of) inherit(number_of[parents[i]])
    current = number_of[part[1]] = accounts
  }
  function learn(    i) {
    words = split("host user password passwordeval", WORDS, " ")
    for (i = 1; i <= lines; i++) {
      parse(line[i])
      if (word == "defaults" || word == "account") begin_account()
      else if (word == "host" || word == "user" || word == "password" || word == "passwordeval") from[current, word] = i
    }
  }
  function setting(number, of) {
    if (!((number, of) in from)) return ""
    parse(line[from[number, of]])
    return rest
  }
  function is_own(number) { return tolower(setting(number, "host")) == tolower(host) }'

# Prints the names of the accounts with the relay host.
keys_to_change() {
  awk -v host="$relay_host" "$PARSE_CONFIG"'
    { line[++lines] = $0 }
    END { learn(); for (i = 1; i <= accounts; i++) if (is_own(i) && !printed[name_of[i]]++) print name_of[i] }' "$1"
}

with_credential() {
  last_newline=$(ends_with_newline "$1") awk -v host="$relay_host" "$PARSE_CONFIG"'
    FILENAME == "-" { colon = index($0, ":"); new["user"] = substr($0, 1, colon - 1); new["password"] = substr($0, colon + 1); next }
    { line[++lines] = $0 }
    function change(number, of) { if ((number, of) in from) { parse(line[from[number, of]]); changed[from[number, of]] = start new[of] end } }
    END {
      learn()
      for (i = 1; i <= accounts; i++) if (is_own(i)) { change(i, "user"); change(i, "password") }
      for (i = 1; i <= lines; i++) { printf "%s%s", separator, i in changed ? changed[i] : line[i]; separator = "\n" }
      if (ENVIRON["last_newline"] && lines) printf "\n"
    }' - "$1"
}

build() { :; }

# Prints why an account cannot get the credential, if one cannot.
obstacle() {
  awk -v host="$relay_host" "$PARSE_CONFIG"'
    { line[++lines] = $0 }
    function refuse(text) { print text; exit }
    function check(number, of) {
      if ((number, of) in from) of_own[from[number, of]] = name_of[number]
      else if (of == "password" && (number, "passwordeval") in from)
        refuse("account " name_of[number] " gets its password by passwordeval: let that read the secret, or write \047password\047 instead")
      else refuse("account " name_of[number] " has no line \047" of "\047: add one, with any value")
    }
    function check_other(number, of) {
      if ((number, of) in from && from[number, of] in of_own)
        refuse("accounts " of_own[from[number, of]] " and " name_of[number] " have the same line \047" of "\047, but not the same host: give each one its own")
    }
    END {
      learn()
      for (i = 1; i <= accounts; i++) if (is_own(i)) { check(i, "user"); check(i, "password") }
      for (i = 1; i <= accounts; i++) if (setting(i, "host") != "" && !is_own(i)) { check_other(i, "user"); check_other(i, "password") }
    }' "$1"
}

# Whether each account has the password by what the file says, and what msmtp makes of it. In place, only whether the file
# is still the same is asked: whoever has the folder can put another one there, and msmtp runs what that says.
looks_up() {
  choose_evaluator
  if [ -e "$work/new" ]; then cp "$work/new" "$scratch/new" || return 1; fi
  case $1 in /*) as_user "$file_reader" cat "$1" 2>/dev/null | cmp -s - "$scratch/new" || return 1 ;; esac
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | awk -v host="$relay_host" "$PARSE_CONFIG"'
    FILENAME == "-" { colon = index($0, ":"); user = substr($0, 1, colon - 1); password = substr($0, colon + 1); next }
    { line[++lines] = $0 }
    END {
      learn()
      for (i = 1; i <= accounts; i++) if (is_own(i) && (setting(i, "user") != user || setting(i, "password") != password)) exit 1
    }' - "$scratch/new" || return 1
  # Nor is who evaluates it to see a password. So any that msmtp then has comes from another line.
  sed "s/^\([ $tab]*password\)[ $tab].*/\1/" "$scratch/new" >"$scratch/without_passwords" || return 1
  while IFS= read -r account; do
    pretend "$account" <"$scratch/without_passwords" >"$scratch/pretended" || true
    grep -Eq "^user *= $SMTP_USERNAME\$" "$scratch/pretended" || return 1
    if grep -Eq '^password *= [*]' "$scratch/pretended"; then
      printf ": a line 'eval' gives account %s its password" "$account"
      return 1
    fi
  done <"$keys"
}

# msmtp runs the commands behind eval that it finds in a file: so it is to do that as the owner of the very file that was
# taken, and as root only if nobody else can write in it or in its folder: who can may have moved any file of root there.
choose_evaluator() {
  describe "$work/old"
  read -r _mode _links file_reader _others <<DESCRIPTION
$(ls -ld "$work/old")
DESCRIPTION
  evaluator=$file_reader
  case $mode:$owner:$haven in ?????-??-*:0:"$folder") ;; *:0:*) evaluator=nobody ;; esac
}

# Lets msmtp read a configuration from standard input. It wants a pipe that is the user's own, and there is no copy to leave behind.
pretend() {
  # shellcheck disable=SC2016 # The dollar sign is for the other shell.
  as_user "$evaluator" sh -c 'cat | msmtp -C /dev/fd/3 -a "$1" --pretend nobody@localhost 3<&0 </dev/null' - "$1" 2>/dev/null
}

command -v msmtp >/dev/null 2>&1 || fail 'msmtp is not installed'
check_file "$config_file" "make it with an account whose host is $relay_host"
text="$scratch/text"
print_file "$config_file" >"$text" || exit
[ -n "$(keys_to_change "$text")" ] || fail "$config_file has no account with host $relay_host"
said=$(obstacle "$text")
[ -z "$said" ] || fail "$config_file: $said"
# Who sends by msmtp reads the file: its mode stays.
keeps_mode=1
apply_table "$config_file"
check_login
report_applied
