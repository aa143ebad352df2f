# Replaces the credential in the entries of one relay host, in the tables that Postfix looks its passwords up in.

# Prints the tables, one a line, as type:path or proxy:type:path.
password_maps() {
  if [ -n "$password_map" ]; then
    printf '%s\n' "$password_map"
  else
    postconf -x -h smtp_sasl_password_maps | tr -s ', \t' '[\n*]' \
      | grep -E '^(proxy:)?(hash|btree|lmdb|cdb|dbm|sdbm|texthash):/' || true
  fi
}

# Prints the lookup keys of the relay host's entries: host, [host], host:port or [host]:port.
entries() {
  awk -v host="$relay_host" '
    /^[^#[:space:]]/ {
      name = tolower($1)
      gsub(/^\[|\](:[0-9]+)?$|:[0-9]+$/, "", name)
      if (name == tolower(host)) print $1
    }' "$1"
}

# Prints the table in $1 with the credential that comes on standard input. All other lines, and all white space, stay.
with_credential() {
  last_newline=1
  [ -z "$(tail -c 1 "$1")" ] || last_newline=0
  awk -v host="$relay_host" -v last_newline="$last_newline" '
    NR == 1 { credential = $0; next }
    {
      line = $0
      if (match(line, /^[^#[:space:]]+[[:space:]]+/)) {
        start = substr(line, 1, RLENGTH)
        name = tolower($1)
        gsub(/^\[|\](:[0-9]+)?$|:[0-9]+$/, "", name)
        end = ""
        if (name == tolower(host)) {
          if (match(line, /[[:space:]]+$/)) end = substr(line, RSTART)
          line = start credential end
        }
      }
      printf "%s%s", separator, line
      separator = "\n"
    }
    END { if (last_newline && NR > 1) printf "\n" }' - "$1"
}

# Whether every entry of the table type:path $1:$2 that stands in file $3 yields the credential.
looks_up() {
  entries "$3" | while IFS= read -r key; do
    [ "$(postmap -q "$key" "$1:$2" 2>/dev/null)" = "$SMTP_USERNAME:$SMTP_PASSWORD" ] || exit 1
  done
}

# Moves table $1 with its index over table $2. The index first: Postfix reads that, and a run that was
# killed in between is completed by the next one.
move_table() {
  for suffix in .db .lmdb .cdb .dir .pag; do
    if [ -e "$1$suffix" ]; then mv -f "$1$suffix" "$2$suffix"; fi
  done
  mv -f "$1" "$2"
}

remove_table() {
  rm -f "$1" "$1.db" "$1.lmdb" "$1.cdb" "$1.dir" "$1.pag"
}

copy_table() {
  for suffix in '' .db .lmdb .cdb .dir .pag; do
    if [ -e "$1$suffix" ]; then cp -p "$1$suffix" "$2$suffix"; fi
  done
}

# Two commands can reach a server at once. Locks the folder: a lock on the file would be on the one that is replaced.
lock() {
  command -v flock >/dev/null 2>&1 || return 0
  exec 9<"$1"
  flock -w 120 9 || fail "another run is still changing the tables in $1"
}

# update_map type path mode
update_map() {
  type=$1
  map=$2
  lock "$(dirname "$map")"
  new="$map.ses-smtp-new"
  old="$map.ses-smtp-old"
  # Left behind by a run that was killed; they may hold passwords.
  remove_table "$new"
  remove_table "$old"
  trap 'remove_table "$new"; remove_table "$old"' EXIT
  # The copy has the owner and the mode that Postfix was set up with.
  cp -p "$map" "$new"
  chmod "$3" "$new"
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | with_credential "$map" >"$new"
  if cmp -s "$map" "$new" && looks_up "$type" "$map" "$map"; then return 0; fi
  if [ "$type" != texthash ]; then
    said=$(postmap "$type:$new" 2>&1) || fail "postmap cannot build $type:$new: $(last_line "$said"); $map is unchanged"
  fi
  looks_up "$type" "$new" "$new" || fail "a lookup in the new $type:$map does not give the credential; $map is unchanged"
  copy_table "$map" "$old"
  move_table "$new" "$map"
  if ! looks_up "$type" "$map" "$map"; then
    move_table "$old" "$map"
    fail "a lookup in $type:$map did not give the credential; the table was put back"
  fi
}

# Postfix notices by itself that an indexed table has changed, and reads a texthash once only. Also when the
# table was right already: the run that changed it may have ended before this.
reload_if_needed() {
  if [ "$1" = texthash ] && postfix status >/dev/null 2>&1; then
    postfix reload >&2 || fail 'postfix reload failed, so Postfix may still use the old credential: reload it'
  fi
}

command -v postconf >/dev/null 2>&1 || fail 'Postfix is not installed: postconf was not found'
found=0
for entry in $(password_maps); do
  # Postfix reads a table as root, but a table behind proxy: with fewer rights, by way of a group.
  case $entry in proxy:*) mode=o-rwx ;; *) mode=600 ;; esac
  entry=${entry#proxy:}
  path=${entry#*:}
  # Its index is beside the link or beside the file, and only one of them is the one that Postfix reads.
  [ ! -L "$path" ] || fail "the table $entry is a symbolic link: name the file itself in smtp_sasl_password_maps"
  [ -f "$path" ] || fail "the table $entry that smtp_sasl_password_maps names does not exist"
  if [ -z "$(entries "$path")" ]; then continue; fi
  found=1
  # In a process of its own, so that its files are removed when it ends, however it ends.
  (update_map "${entry%%:*}" "$path" "$mode")
  reload_if_needed "${entry%%:*}"
done
[ "$found" -eq 1 ] || fail "no table of smtp_sasl_password_maps has an entry for $relay_host: add a line '[$relay_host]:$SMTP_PORT user:password'"
report_applied
