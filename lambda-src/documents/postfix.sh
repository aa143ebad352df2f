# Replaces the credential in the entries of one relay host, in the tables that Postfix looks its passwords up in.
cr=$(printf '\r')
export key_pattern="^[^ $tab$cr]+[ $tab$cr]*" folds=1

# Prints the configuration folders of the instances: usually one. One that is not enabled may be unfinished.
instances() {
  if ! command -v postmulti >/dev/null 2>&1; then postconf -h config_directory; return; fi
  postmulti -l >"$scratch/instances" 2>"$scratch/said" || fail "postmulti -l failed: $(last_line "$(cat "$scratch/said")")"
  while read -r _name _group enabled path; do
    if postconf -c "$path" -h queue_directory >/dev/null 2>&1; then
      printf '%s\n' "$path"
    elif [ "$enabled" != n ]; then
      fail "Postfix cannot read its configuration in $path"
    fi
  done <"$scratch/instances"
}

# Prints the values of smtp_sasl_password_maps of an instance: that of main.cf, and those of services of master.cf.
values() {
  if [ -n "$password_map" ]; then printf '%s\n' "$password_map"; return; fi
  postconf -x -h smtp_sasl_password_maps
  if postconf -x -P '*/*/smtp_sasl_password_maps' >"$scratch/services" 2>/dev/null; then
    sed 's/^[^=]*= *//' "$scratch/services"
  else
    values_in_master_cf
  fi
}

# Postfix before 2.11 does not print them.
values_in_master_cf() {
  directory=$(postconf -h config_directory)
  awk '
    /^[ \t]*(#|$)/ { next }
    { for (i = 1; i < NF; i++) if ($i == "-o" && $(i + 1) ~ /^smtp_sasl_password_maps=/) print substr($(i + 1), 25) }' "$directory/master.cf" \
    | sed "s|[$][({]*config_directory[)}]*|$directory|g" >"$scratch/services"
  ! grep -q '[$]' "$scratch/services" || fail "$directory/master.cf names a table of smtp_sasl_password_maps by a parameter: write its path"
  cat "$scratch/services"
}

# Splits such a value into tables, one a line. What is in braces is one table.
split_value() {
  awk '{
    for (i = 1; i <= length($0); i++) {
      c = substr($0, i, 1)
      depth += (c == "{") - (c == "}")
      if (depth == 0 && c ~ /[, \t]/) c = "\n"
      printf "%s", c
    }
    print ""
  }' | grep -v '^$' || [ $? -eq 1 ]
}

# Writes each list of tables, in the order in which Postfix asks them, to a file of its own, once.
write_lists() {
  rm -f "$scratch"/list.*
  values >"$scratch/values"
  count=0
  while IFS= read -r value; do
    count=$((count + 1))
    printf '%s\n' "$value" | split_value >"$scratch/list.$count"
  done <"$scratch/values"
}

# Prints those of the tables of a list that are files, as type:path or proxy:type:path, also those that are asked together.
file_tables() {
  sed -E 's/^((union|pipe)map|randmap):\{(.*)\}$/\3/' "$1" | split_value | grep -E '^(proxy:)?(hash|btree|lmdb|cdb|dbm|sdbm|texthash):/' || [ $? -eq 1 ]
}

# each_instance FUNCTION…: calls a function for each instance, with its lists of tables in place.
each_instance() {
  for instance in $all_instances; do
    export MAIL_CONFIG="$instance"
    write_lists
    "$@"
  done
}

# each_list FUNCTION: calls a function for each list of tables of the instance.
each_list() {
  for list in "$scratch"/list.*; do "$1" "$list"; done
}

# each_table_of LIST FUNCTION: calls a function for each table that is a file, with `path` and `type` of it.
each_table_of() {
  file_tables "$1" >"$scratch/tables"
  while IFS= read -r map; do
    entry=${map#proxy:}
    type=${entry%%:*}
    path=${entry#*:}
    "$2" </dev/null
  done <"$scratch/tables"
}

# The keys of a relay host are host, [host], host:port or [host]:port. A port may be a name.
NAME_OF='
  function name_of(key) {
    key = tolower(key)
    sub(/^\[/, "", key)
    sub(/:[a-z0-9-]+$/, "", key)
    sub(/\]$/, "", key)
    return key
  }'

own_keys() {
  awk -v host="$relay_host" "$NAME_OF"'
    /^[^# \t\r]/ && name_of($1) == tolower(host) { print $1 }' "$1"
}

# As root also where the table belongs to somebody else, who cannot write here.
build() {
  [ "$type" = texthash ] || postmap -o "$type:$1"
}

looks_up() {
  as_reader postmap -q - "$type:$1" <"$keys" >"$scratch/found" 2>/dev/null || true
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | awk -v keys="$keys" '
    FILENAME == "-" { new = $0; next }
    FILENAME == keys { missing[tolower($0)] = 1; next }
    { tab = index($0, "\t"); if (substr($0, tab + 1) == new) delete missing[tolower(substr($0, 1, tab - 1))] }
    END { for (key in missing) exit 1 }' - "$keys" "$scratch/found"
}

is_running() {
  postfix status >/dev/null 2>&1
}

# Writes the text of a table to `$text`, as its index has it if there is no other. Of a table that is not there at all,
# Postfix can take nothing.
text="$scratch/text"
read_table() {
  if [ -e "$path" ]; then
    print_file "$path" >"$text" || exit
  else
    postmap -s "$type:$path" >"$text" 2>/dev/null || missing=$path
  fi
}

learn() {
  read_table
  learn_named "$text"
  if [ -z "$(own_keys "$text")" ]; then return 0; fi
  check_file "$path" 'smtp_sasl_password_maps names it'
  found=1
}

apply() {
  read_table
  if [ -z "$(keys_to_change "$text")" ]; then return 0; fi
  check_file "$path" 'smtp_sasl_password_maps names it'
  # The processes that send read a table as root, before they give that up; the one behind proxy: does not.
  server_user=''
  if grep -Fq "proxy:$type:$path" "$scratch"/list.*; then server_user=$(postconf -h mail_owner); fi
  apply_table "$path"
}

apply_if_not_own() {
  read_table
  if [ -z "$(own_keys "$text")" ]; then apply; fi
}

learn_list() { each_table_of "$1" learn; }
apply_list() { each_table_of "$1" apply; }
# Those that only share the credential first: a run that comes after one that was killed finds them by the entries for the endpoint.
apply_list_of_others() { each_table_of "$1" apply_if_not_own; }

# Postfix notices by itself that an indexed table has changed. It reads a texthash once only, and a table behind proxy:
# stays open as long as it is asked for.
reload_if_needed() {
  if is_due && is_running && grep -Eq '^(proxy|texthash):' "$scratch"/list.*; then
    postfix reload >&2 || fail 'postfix reload failed, so Postfix may still use the old credential: reload it'
  fi
}

# ask TABLE: prints what a table answers, in the way in which Postfix asks it.
ask() {
  case $1 in
    proxy:*)
      if is_running; then postmap -q - "$1"; else as_user "$(postconf -h mail_owner)" postmap -q - "${1#proxy:}"; fi
      ;;
    *) postmap -q - "$1" ;;
  esac <"$scratch/asked" 2>"$scratch/said" || ! grep -Eq 'fatal:|error:' "$scratch/said"
}

# Prints what the tables of a list answer, in their order: behind the type, and whether it is one that this document changes.
answers() {
  while IFS= read -r map; do
    entry=${map#proxy:}
    case $entry in
      hash:* | btree:* | lmdb:* | cdb:* | dbm:* | sdbm:* | texthash:* | unionmap:* | pipemap:* | randmap:*) kind=ours ;;
      *) kind=other ;;
    esac
    if ask "$map" >"$scratch/found"; then
      sed "s/^/${entry%%:*}$tab$kind$tab/" "$scratch/found"
    else
      printf '%s\n' "${entry%%:*}${tab}failed"
    fi
  done <"$1"
}

collect_keys() {
  read_table
  own_keys "$text" >>"$scratch/own"
  keys_to_change "$text" >>"$scratch/asked"
}

# The names by which Postfix asks beside the keys of the tables: that of the host, and that in relayhost.
names_of_host() {
  printf '%s\n' "$relay_host"
  postconf -h relayhost | awk -v host="$relay_host" "$NAME_OF"'name_of($0) == tolower(host)'
}

# Prints the first key under which Postfix does not get the credential from the tables of a list, asked in their order, and
# why. "before" anything is changed, that is if a table decides which this document does not change.
complaint() {
  names_of_host >"$scratch/names"
  cp "$scratch/names" "$scratch/asked"
  : >"$scratch/own"
  each_table_of "$1" collect_keys
  answers "$1" >"$scratch/answers"
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | awk -F "$tab" -v stage="$2" '
    { file = FILENAME; sub(/.*\//, "", file) }
    file == "-" { new = $0; next }
    file == "named" { sub(/^[a-z]+ /, ""); if ($0 != new) old[$0] = 1; next }
    file == "own" { own[tolower($0)] = has_own = 1; next }
    file == "names" { names[tolower($0)] = 1; next }
    file == "asked" { asked[tolower($0)] = 1; next }
    $2 == "failed" { for (key in asked) if (!(key in by)) { by[key] = $1; failed[key] = 1 } next }
    !(tolower($3) in by) { key = tolower($3); by[key] = $1; ours[key] = $2 == "ours"; gives[key] = substr($0, length($1 $2 $3) + 4) }
    function problem(key,    is_needed) {
      is_needed = key in own || (has_own && key in names)
      if (!(key in by)) return key in own && stage == "after" ? "no table answers" : ""
      if (key in failed) return is_needed && stage == "after" ? "Postfix cannot ask its table of type " by[key] ", which comes first" : ""
      if (gives[key] == new || (ours[key] && stage == "before") || !(is_needed || gives[key] in old)) return ""
      return "by which Postfix asks, a table of type " by[key] " answers first, with another credential: " \
        (key in own ? "remove that answer, or put that table last" : "add an entry with this very key to the table with those for the relay host")
    }
    END { for (key in asked) if (text = problem(key)) { print "under " key ", " text; exit } }' \
    - "$named" "$scratch/own" "$scratch/names" "$scratch/asked" "$scratch/answers"
}

check_before() {
  problem=$(complaint "$1" before)
  [ -z "$problem" ] || fail "smtp_sasl_password_maps of $instance: $problem; nothing is changed"
}

check_after() {
  problem=$(complaint "$1" after)
  [ -z "$problem" ] || fail "smtp_sasl_password_maps of $instance: $problem"
}

command -v postconf >/dev/null 2>&1 || fail 'Postfix is not installed: postconf was not found'
# A run that starts over has that of the last instance.
unset MAIL_CONFIG
# Asked for once: in the name of another instance than the first, postmulti knows none.
all_instances=$(instances)
found=0
missing=''
each_instance each_list learn_list
[ "$found" -eq 1 ] || [ -z "$missing" ] || fail "$missing does not exist: smtp_sasl_password_maps names it"
[ "$found" -eq 1 ] || fail "no table of smtp_sasl_password_maps has an entry for $relay_host: add a line '[$relay_host]:port user:password', with brackets and port just as in relayhost"
printf 'own %s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" >>"$named"
each_instance each_list check_before
each_instance each_list apply_list_of_others
each_instance each_list apply_list
each_instance reload_if_needed
each_instance each_list check_after
# What was deferred because SES had refused the old credential need not wait for its next turn.
flush() {
  if is_running; then in_background postqueue -f; fi
}
if [ "$changed" -eq 1 ]; then each_instance flush; fi
report_applied
