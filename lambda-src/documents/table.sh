# Changes a table: a file with credentials, beside which some servers keep an index. Other processes see the old table
# or the new one, never half of one.
#
# The document of a server defines
#   keys_to_change FILE    prints the keys of the entries to change
#   with_credential FILE   prints the table with the credential, which comes on standard input, in the entries of `$keys`
#   build FILE             makes the index of a table, if it has one
#   looks_up FILE          whether the server's own tool finds the credential in a table, under each of `$keys`
#   hint                   may be set by looks_up: what there is to say about a lookup that fails
INDEXES='.db .lmdb .cdb .dir .pag'
hint=''

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

# Gives a new index the owner, mode and SELinux context of the old one or, if there is none, of the table.
match_indexes() {
  for suffix in $INDEXES; do
    [ -e "new$suffix" ] || continue
    like="old$suffix"
    [ -e "$like" ] || like=old
    copy_file "$like" matched && cat "new$suffix" >matched && mv -f matched "new$suffix" || return 1
  done
}

# Puts the old table back, and takes away an index that it did not have.
restore_table() {
  for suffix in $INDEXES; do
    [ -e "old$suffix" ] || rm -f "$table$suffix"
  done
  move_table old "$table"
}

# change_table FILE MODE: ends with exit code 0 if it changed the table, 3 if it was right already, 4 if servers are to
# hold another version by now. To be run in a process of its own, so that its temporary files are removed when it ends, however it ends.
change_table() {
  table=$1
  lock
  enter_work_directory "$table"
  said=$(copy_table "$table" old 2>&1) || fail "cannot write beside $table: $(last_line "$said"); $table is unchanged"
  [ ! -L old ] || fail "$table is a symbolic link: name the file itself"
  keys=$(keys_to_change old)
  [ -n "$keys" ] || fail "$table has no entry to change any more: somebody else changes it; $table is unchanged"
  said=$(copy_file old new 2>&1) || fail "cannot write beside $table: $(last_line "$said"); $table is unchanged"
  chmod "$2" new || fail "cannot change the mode of a copy; $table is unchanged"
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | with_credential old >new || fail "cannot write a new $table; $table is unchanged"
  if cmp -s old new && looks_up "$table"; then exit 3; fi
  is_still_wanted || exit 4
  said=$({ build new && match_indexes; } 2>&1) || fail "cannot build the index of a new $table: $(last_line "$said"); $table is unchanged"
  looks_up new || fail "a lookup in the new $table does not give the credential$hint; $table is unchanged"
  sync -f new 2>/dev/null || sync
  if move_table new "$table" && looks_up "$table"; then exit 0; fi
  restore_table || fail "a lookup in $table does not give the credential, and the old table could not be put back: look at $table"
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
    4) start_over ;;
    *) exit "$status" ;;
  esac
}

# Whether the server has to take a table up. Also one that was right already, because the run that changed it may have
# ended before that; but a run at an interval, which has no version, must not disturb a server for nothing.
is_due() {
  [ "$changed" -eq 1 ] || [ -n "$SSM_VersionId" ]
}
