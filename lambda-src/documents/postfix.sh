# Replaces the credential in the entries of one relay host, in the tables that Postfix looks its passwords up in.
export key_pattern='^[^[:space:]]+[[:space:]]+'

# Prints the configuration folders of all instances: usually one.
instances() {
  if command -v postmulti >/dev/null 2>&1; then
    postmulti -l | awk '{ print $NF }'
  else
    postconf -h config_directory
  fi
}

# Prints the tables of an instance, one a line, as type:path or proxy:type:path: those of main.cf, and those of services
# of master.cf that have their own.
password_maps() {
  if [ -n "$password_map" ]; then
    printf '%s\n' "$password_map"
  else
    {
      postconf -x -h smtp_sasl_password_maps
      postconf -x -P '*/*/smtp_sasl_password_maps' 2>/dev/null | sed 's/^[^=]*=//'
    } | awk '{ gsub(/[, \t]+/, "\n"); print }' | grep -E '^(proxy:)?(hash|btree|lmdb|cdb|dbm|sdbm|texthash):/' | sort -u
  fi
}

# The keys of a relay host are host, [host], host:port or [host]:port. A port may be a name.
NAME_OF='
  function name_of(key) {
    key = tolower(key)
    gsub(/^\[|\](:[a-z0-9-]+)?$|:[a-z0-9-]+$/, "", key)
    return key
  }'

own_keys() {
  awk -v host="$relay_host" "$NAME_OF"'
    /^[^#[:space:]]/ && name_of($1) == tolower(host) { print $1 }' "$1"
}

# As root also where the table belongs to somebody else, who cannot write here.
build() {
  [ "$type" = texthash ] || postmap -o "$type:$1"
}

looks_up() {
  printf '%s\n' "$keys" | while IFS= read -r key; do
    [ "$(postmap -q "$key" "$type:$1" 2>/dev/null)" = "$SMTP_USERNAME:$SMTP_PASSWORD" ] || exit 1
  done
}

is_running() {
  postfix status >/dev/null 2>&1
}

# each_table FUNCTION: calls a function for each table of each instance, with `path` and `type` of the table.
each_table() {
  for instance in $all_instances; do
    export MAIL_CONFIG="$instance"
    for map in $(password_maps); do
      entry=${map#proxy:}
      type=${entry%%:*}
      path=${entry#*:}
      "$1"
    done
  done
}

learn() {
  [ -f "$path" ] || fail "$path does not exist: smtp_sasl_password_maps names it"
  learn_named "$path"
  if [ -z "$(own_keys "$path")" ]; then return 0; fi
  check_file "$path" 'smtp_sasl_password_maps names it'
  found=1
}

apply() {
  if [ -z "$(keys_to_change "$path")" ]; then return 0; fi
  check_file "$path" 'smtp_sasl_password_maps names it'
  # By way of its group, Postfix reads a table behind proxy: with fewer rights.
  apply_table "$path" o-rwx
}

apply_if_not_own() {
  if [ -z "$(own_keys "$path")" ]; then apply; fi
}

# Postfix notices by itself that an indexed table has changed. It reads a texthash once only, and a table behind proxy:
# stays open as long as it is asked for.
reload_if_needed() {
  if is_due && password_maps | grep -Eq '^(proxy|texthash):'; then
    postfix reload >&2 || fail 'postfix reload failed, so Postfix may still use the old credential: reload it'
  fi
}

command -v postconf >/dev/null 2>&1 || fail 'Postfix is not installed: postconf was not found'
# A run that starts over has that of the last instance.
unset MAIL_CONFIG
# Asked for once: in the name of another instance than the first, postmulti knows none.
all_instances=$(instances)
found=0
each_table learn
[ "$found" -eq 1 ] || fail "no table of smtp_sasl_password_maps has an entry for $relay_host: add a line '[$relay_host]:port user:password', with brackets and port just as in relayhost"
# Those that only share the credential first: a run that comes after one that was killed finds them by the entries for the endpoint.
each_table apply_if_not_own
each_table apply
for instance in $all_instances; do
  export MAIL_CONFIG="$instance"
  is_running || continue
  reload_if_needed
  # What was deferred because SES had refused the old credential need not wait for its next turn.
  if [ "$changed" -eq 1 ]; then in_background postqueue -f; fi
done
report_applied
