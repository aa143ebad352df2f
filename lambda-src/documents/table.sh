# Changes a table: a file with credentials, beside which some servers keep an index. Other processes see the old table
# or the new one, never half of one.
#
# The document of a server defines
#   keys_to_change FILE    prints the keys of the entries to change
#   with_credential FILE   prints the table with the credential, which comes on standard input, in the entries of `$keys`
#   build FILE             makes the index of a table, if it has one
#   looks_up FILE          whether the server's own tool finds the credential in a table, under each of `$keys`
INDEXES='.db .lmdb .cdb .dir .pag'

# Moves a table with its index over another one. The index first: the server reads that, and a run that was killed in
# between is completed by the next one.
move_table() {
  for suffix in $INDEXES ''; do
    if [ -n "$suffix" ] && ! [ -e "$1$suffix" ]; then continue; fi
    mv -f "$1$suffix" "$2$suffix" || return 1
  done
}

copy_table() {
  for suffix in '' $INDEXES; do
    if [ -e "$1$suffix" ]; then copy_file "$1$suffix" "$2$suffix" || return 1; fi
  done
}

remove_table() {
  for suffix in $INDEXES; do set -- "$@" "$1$suffix"; done
  rm -f "$@"
}

# change_table FILE MODE: ends with exit code 0 if it changed the table, 3 if it was right already. To be run in a
# process of its own, so that its temporary files are removed when it ends, however it ends.
change_table() {
  table=$1
  new="$table.ses-smtp-new"
  old="$table.ses-smtp-old"
  lock "$(dirname "$table")"
  # Left behind by a run that was killed; they may hold passwords.
  remove_table "$new"
  remove_table "$old"
  trap 'remove_table "$new"; remove_table "$old"' EXIT
  keys=$(keys_to_change "$table")
  copy_or_fail "$table" "$new"
  chmod "$2" "$new" || fail "cannot change the mode of $new; $table is unchanged"
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | with_credential "$table" >"$new" || fail "cannot write $new; $table is unchanged"
  if cmp -s "$table" "$new" && looks_up "$table"; then exit 3; fi
  said=$(build "$new" 2>&1) || fail "cannot build the index of $new: $(last_line "$said"); $table is unchanged"
  looks_up "$new" || fail "a lookup in the new $table does not give the credential; $table is unchanged"
  copy_table "$table" "$old" || fail "cannot copy $table beside it; it is unchanged"
  sync
  if move_table "$new" "$table" && looks_up "$table"; then exit 0; fi
  move_table "$old" "$table" || true
  fail "a lookup in $table did not give the credential after it was put in place; the table was put back"
}

# Whether a table was changed.
changed=0

# apply_table FILE MODE: changes a table, or ends the script if that fails.
apply_table() {
  status=0
  (change_table "$1" "$2") || status=$?
  case $status in
    0) changed=1 ;;
    3) ;;
    *) exit "$status" ;;
  esac
}

# Whether the server has to take a table up. Also one that was right already, because the run that changed it may have
# ended before that; but a run at an interval, which has no version, must not disturb a server for nothing.
is_due() {
  [ "$changed" -eq 1 ] || [ -n "$SSM_VersionId" ]
}
