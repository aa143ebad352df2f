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

# Prints the tables of an instance, one a line, as type:path or proxy:type:path.
password_maps() {
  if [ -n "$password_map" ]; then
    printf '%s\n' "$password_map"
  else
    postconf -x -h smtp_sasl_password_maps | tr -s ', \t' '[\n*]' \
      | grep -E '^(proxy:)?(hash|btree|lmdb|cdb|dbm|sdbm|texthash):/' || true
  fi
}

# The keys of a relay host: host, [host], host:port or [host]:port.
own_keys() {
  awk -v host="$relay_host" '
    /^[^#[:space:]]/ {
      name = tolower($1)
      gsub(/^\[|\](:[0-9]+)?$|:[0-9]+$/, "", name)
      if (name == tolower(host)) print $1
    }' "$1"
}

build() {
  [ "$type" = texthash ] || postmap "$type:$1"
}

looks_up() {
  printf '%s\n' "$keys" | while IFS= read -r key; do
    [ "$(postmap -q "$key" "$type:$1" 2>/dev/null)" = "$SMTP_USERNAME:$SMTP_PASSWORD" ] || exit 1
  done
}

is_running() {
  postfix status >/dev/null 2>&1
}

# Postfix notices by itself that an indexed table has changed. It reads a texthash once only, and a table behind proxy:
# stays open as long as it is asked for.
reload_if_needed() {
  if [ -n "$kept_open" ] && is_due && is_running; then
    postfix reload >&2 || fail 'postfix reload failed, so Postfix may still use the old credential: reload it'
  fi
}

# apply_to type:path or proxy:type:path
apply_to() {
  # Postfix reads a table as root, but a table behind proxy: with fewer rights, by way of a group.
  case $1 in proxy:*) mode=o-rwx ;; *) mode=600 ;; esac
  case $1 in proxy:* | texthash:*) kept_open=1 ;; *) kept_open='' ;; esac
  entry=${1#proxy:}
  type=${entry%%:*}
  path=${entry#*:}
  check_file "$path" 'smtp_sasl_password_maps names it'
  if [ -z "$(own_keys "$path")" ]; then return 0; fi
  found=1
  apply_table "$path" "$mode"
  reload_if_needed
}

# What was deferred because SES had refused the old credential need not wait for its next turn.
flush() {
  if [ "$changed" -eq 1 ] && is_running; then in_background postqueue -f; fi
}

command -v postconf >/dev/null 2>&1 || fail 'Postfix is not installed: postconf was not found'
found=0
for instance in $(instances); do
  export MAIL_CONFIG="$instance"
  changed=0
  for map in $(password_maps); do apply_to "$map"; done
  flush
done
[ "$found" -eq 1 ] || fail "no table of smtp_sasl_password_maps has an entry for $relay_host: add a line '[$relay_host]:port user:password', with brackets and port just as in relayhost"
report_applied
