# Replaces the credential under the labels by which OpenSMTPD relays to one host, in the tables that it names for that.
export key_pattern="^[ $tab]*[^ $tab:]+[ $tab:][ $tab]*(:[ $tab]+)*" folds=''

# Prints the configuration without comments and quotes, one statement a line.
configuration() {
  sed -e 's/#.*//' -e 's/"//g' "$config_file" | sed -e ':a' -e '/\\$/N' -e 's/\\\n//' -e 'ta'
}

# Prints the labels of all relay hosts, as in smtp+tls://label@host:587, each with its host in lower case.
relays() {
  configuration | tr '[:blank:]' '\n' | awk '
    match($0, /^smtp[a-z+]*:\/\/[^@\/]+@/) {
      name = substr($0, RLENGTH + 1)
      sub(/:[0-9]+$/, "", name)
      label = substr($0, index($0, "://") + 3)
      sub(/@.*/, "", label)
      print label, tolower(name)
    }' | sort -u
}

# Prints the labels of the relay host.
labels() {
  if [ -n "$label" ]; then
    printf '%s\n' "$label"
  else
    relays | awk -v host="$relay_host" '$2 == tolower(host) { print $1 }'
  fi
}

# Prints the first label that another region has as well.
label_of_two_regions() {
  { labels; printf '\n'; relays; } | awk -v host="$relay_host" "$SETS"'
    NF < 2 { own[tolower($1)] = 1; next }
    tolower($1) in own && place_of($2, tolower(host)) == "elsewhere" { print $1; exit }'
}

# OpenSMTPD compares labels without case.
NAME_OF='
  BEGIN {
    for (i = split(ENVIRON["hosts_of_labels"], list, "\n"); i > 0; i--) {
      split(list[i], relay, " ")
      host_of[tolower(relay[1])] = relay[2]
    }
  }
  function name_of(key) { return host_of[tolower(key)] }'

# Prints the tables that credentials for other servers are taken from, as name and type:path.
auth_tables() {
  configuration | awk '
    $1 == "listen" { next }
    { for (i = 1; i < NF; i++) if ($i == "auth" && $(i + 1) ~ /^</) { name = $(i + 1); gsub(/[<>]/, "", name); auth[name] = 1 } }
    $1 == "table" { path[$2] = $3 }
    END { for (name in auth) if (name in path) print name, path[name] }'
}

own_keys() {
  labels | awk "$PARSE"'
    FILENAME == "-" { own[tolower($0)] = 1; next }
    { line[++lines] = $0 }
    END { for (i = 1; i <= lines; i++) if (parse(i) && tolower(key) in own) print key }' - "$1"
}

build() { :; }

# OpenSMTPD has no tool that looks an entry up. So this reads the file as its user does, compares, and lets smtpd -n read
# the configuration with its tables.
looks_up() {
  as_reader cat "$1" >"$scratch/read" 2>/dev/null || { printf ': the %s cannot read it' "$(reader_name)"; return 1; }
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | awk -v keys="$keys" "$PARSE"'
    FILENAME == "-" { new = $0; next }
    FILENAME == keys { missing[$0] = 1; next }
    { line[++lines] = $0 }
    END {
      # The last of two equal labels counts; all of them have been changed.
      for (i = 1; i <= lines; i++) if (parse(i) && credential == new) delete missing[key]
      for (key in missing) exit 1
    }' - "$keys" "$scratch/read" && smtpd -n -f "$config_file" >/dev/null 2>&1
}

is_running() {
  smtpctl show status >/dev/null 2>&1
}

resume() {
  smtpctl resume mta >/dev/null 2>&1 || true
}

# OpenSMTPD asks for a credential once, and keeps it as long as any connection to the relay host is open: on a busy server forever. So it gets no new messages to relay until the open connections have ended, a few seconds after their
# last message.
renew_connections() {
  is_relaying || return 0
  if is_paused; then await_end; else pause_until_end; fi
  ! is_relaying || fail "a connection to $relay_host did not end within 60 seconds, so OpenSMTPD may still use the old credential: restart it"
}

is_paused() {
  smtpctl show status | grep -q '^MTA paused'
}

pause_until_end() {
  # Goes on if this script is killed, so that nothing stays paused.
  in_background sh -c 'sleep 90; exec smtpctl resume mta'
  safeguard=$!
  undo=end_pause
  smtpctl pause mta >&2 || fail 'smtpctl pause mta failed, so OpenSMTPD may still use the old credential: restart it'
  await_end
  end_pause
  undo=:
}

end_pause() {
  resume
  kill "$safeguard" 2>/dev/null || true
}

await_end() {
  for _second in $(seq 60); do
    is_relaying || break
    sleep 1
  done
}

# Whether there are connections that the credential was used for.
is_relaying() {
  smtpctl show relays 2>/dev/null | grep -Fiq "[relay:$relay_host,"
}

# each_table FUNCTION: calls a function with name and path of each table in a file that has an entry for the relay host.
text="$scratch/text"
each_table() {
  auth_tables >"$scratch/tables"
  while read -r name source; do
    case $source in
      file:*) path=${source#file:} ;;
      /*) path=$source ;;
      *) continue ;;
    esac
    [ -f "$path" ] || fail "$path does not exist: $config_file names it as table $name"
    print_file "$path" >"$text" || exit
    if [ -n "$(own_keys "$text")" ]; then "$1" "$name" "$path" </dev/null; fi
  done <"$scratch/tables"
}

learn() {
  check_file "$2" "$config_file names it as table $1"
  found=1
  learn_named "$text"
}

# OpenSMTPD keeps a table in memory, also when the file was right already: the run that changed it may have ended before this.
apply() {
  apply_table "$2"
  if is_running; then
    smtpctl update table "$1" >&2 || fail "smtpctl update table $1 failed, so OpenSMTPD may still use the old credential: restart it"
  fi
}

command -v smtpctl >/dev/null 2>&1 || fail 'OpenSMTPD is not installed: smtpctl was not found'
check_file "$config_file" 'name the configuration of OpenSMTPD'
[ -n "$(labels)" ] || fail "$config_file relays to no smtp+tls://label@$relay_host"
if [ -z "$label" ] && label_of_two=$(label_of_two_regions) && [ -n "$label_of_two" ]; then
  fail "label '$label_of_two' in $config_file is for $relay_host and for another region, whose password differs: give each host a label and an entry of its own"
fi
hosts_of_labels=$(relays)
export hosts_of_labels
for user in opensmtpd _smtpd smtpd; do
  if id -u "$user" >/dev/null 2>&1; then server_user=$user; break; fi
done
found=0
each_table learn
[ "$found" -eq 1 ] || fail "no file: table that $config_file names with auth has an entry for $relay_host: add a line 'label user:password'"
each_table apply
if is_running; then
  if is_due; then renew_connections; fi
  # What was deferred because SES had refused the old credential need not wait.
  if [ "$changed" -eq 1 ]; then in_background smtpctl schedule all; fi
fi
check_login
report_applied
