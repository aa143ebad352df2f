# Changes a table: a file with credentials, beside which some servers keep an index. Other processes see the old table
# or the new one, never half of one.
#
# The document of a server defines
#   keys_to_change FILE    prints the keys of the entries to change
#   with_credential FILE   prints the table with the credential, which comes on standard input, in the entries of `$keys`
#   build FILE             makes the index of a table, if it has one
#   looks_up FILE          whether the server's own tool, run by as_reader, finds the credential in a table under each of
#                          `$keys`; it prints why not, if there is more to say
# and may set
#   server_user            the user by which the server reads the table, if that is not root
#   server_group           the group with which it reads it, if it has that group whoever calls it; server_user is then anybody
#   keeps_mode             not empty if other users must read the table
# Both FILE and `$keys`, the name of a file with one key a line, can be long: neither is ever an argument or in the environment.
INDEXES='.db .lmdb .cdb .dir .pag'
keys="$scratch/keys"
server_user=''
server_group=''
keeps_mode=''

# Runs a program as the user that reads the table: in our own directory, where nobody else can, as root.
reader=''
as_reader() {
  if [ -n "$reader" ]; then as_user "$reader" "$@"; else "$@"; fi
}

# Prints 1 or 0, for awk.
ends_with_newline() {
  if [ -z "$(tail -c 1 "$1")" ]; then echo 1; else echo 0; fi
}

# Prints as whom the server reads the table.
reader_name() {
  if [ -n "$server_group" ]; then printf 'group %s' "$server_group"; else printf 'user %s' "$server_user"; fi
}

# Prints the ids of the groups by which the server reads the table, the one to give it to first.
server_groups() {
  if [ -n "$server_group" ]; then getent group "$server_group" | cut -d : -f 3; else id -G "$server_user"; fi
}

# Whether others than owner and group can do anything with a file.
is_open() {
  describe "$1"
  case $mode in ???????---*) return 1 ;; esac
}

# Takes a file with passwords from all others, if the server's user can still read it by owner or group. If it belongs to
# root's group, the server's gets it, which until now was among all others.
close_to_others() {
  if [ -n "$keeps_mode" ] || ! is_open "$1"; then return 0; fi
  if [ -n "$server_user" ] && [ "$owner" != "$(id -u "$server_user")" ]; then
    groups=$(server_groups)
    case " $groups " in
      *" $group "*) ;;
      *)
        [ "$group" -eq 0 ] || return 0
        chgrp "${groups%% *}" "$1" || return 1
        ;;
    esac
    chmod g+r "$1" || return 1
  fi
  chmod o-rwx "$1"
}

# Prints mode, owner and group.
rights() {
  describe "$1"
  printf '%s %s %s\n' "$mode" "$owner" "$group"
}

# Whether the folder is root's own.
is_home() {
  [ "$haven" = "$folder" ]
}

# Copies the table to "old", and its text, which its owner could still change. Its indexes are copied to be put back
# in a folder of root's own; in that of another user, they are only looked at, and never opened.
take_table() {
  take "$name" "$work/old"
  said=$(cat "$work/old" 2>&1 >"$work/text") || fail "cannot copy $table: $(reason_in "$said"); $unchanged"
  for suffix in $INDEXES; do
    [ ! -L "./$name$suffix" ] || fail "$folder/$name$suffix is a symbolic link: name the file itself"
    if [ -e "./$name$suffix" ] && is_home; then
      said=$(copy_file "./$name$suffix" "$work/old$suffix" 2>&1) || fail "cannot copy $table$suffix: $(reason_in "$said"); $unchanged"
    fi
  done
}

# Makes "new", and for each index a file "like…": with owner, SELinux context and the mode that the new ones get.
make_new() {
  copy_file "$work/old" "$work/new" && close_to_others "$work/new" || return 1
  for suffix in $INDEXES; do
    if [ -e "./$name$suffix" ]; then make_like || return 1; fi
  done
}

# An index is like the old one. But whoever has the folder could have put one of his own there, to be given what is in the
# new one: so owner and group must be those of the table, or the owner root. If not, it gets what the server's tool gives it.
make_like() {
  if is_home; then
    copy_file "$work/old$suffix" "$work/like$suffix" && close_to_others "$work/like$suffix"
    return
  fi
  describe "$work/old"
  of_table="$owner:$group"
  describe "./$name$suffix"
  case $owner:$group in "$of_table" | 0:"${of_table#*:}") ;; *) return 0 ;; esac
  copy_file "$work/new" "$work/like$suffix" && chown "$owner:$group" "$work/like$suffix" || return 1
  chmod "u=$(bits 2-4),g=$(bits 5-7),o=$(bits 8-10)" "$work/like$suffix" && close_to_others "$work/like$suffix"
}

bits() {
  printf '%s' "$mode" | cut -c "$1" | tr -d 'STst-'
}

# Whether all is as it should be already.
is_right() {
  cmp -s "$work/text" "$work/new" && [ "$(rights "$work/old")" = "$(rights "$work/new")" ] || return 1
  for suffix in $INDEXES; do
    if ! [ -e "$work/like$suffix" ]; then continue; fi
    [ "$(rights "./$name$suffix")" = "$(rights "$work/like$suffix")" ] || return 1
  done
  why_not=$(in_place)
}

# build_index NAME: builds the index of "old" or "new".
build_index() {
  cp "$work/$1" "$work/built" && (cd "$work" && build built) || return 1
  for suffix in $INDEXES; do
    [ -e "$work/built$suffix" ] || continue
    give_rights_to_index && copy_file "$work/like$suffix" "$work/$1$suffix" && cat "$work/built$suffix" >"$work/$1$suffix" || return 1
    rm "$work/built$suffix"
  done
}

# An index that there was not before is like the table.
give_rights_to_index() {
  if [ -e "$work/like$suffix" ]; then return; fi
  if [ -e "./$name$suffix" ]; then like="$work/built$suffix"; else like="$work/new"; fi
  copy_file "$like" "$work/like$suffix"
}

# Renames a table with its indexes into place. The indexes first: the server reads those, and a run that was killed in
# between is completed by the next one.
move_table() {
  for suffix in $INDEXES ''; do
    if [ -e "$work/$1$suffix" ]; then put "$work/$1$suffix" "$name$suffix" || return 1; fi
  done
}

# Puts the old table back, and takes away an index that it did not have.
restore_table() {
  is_home || build_index old || return 1
  for suffix in $INDEXES; do
    [ -e "$work/old$suffix" ] || rm -f "./$name$suffix"
  done
  move_table old
}

# Looks up as the server will. Some libraries read settings from the folder that we are in: it must not be somebody else's.
in_place() {
  cd /
  reader=$server_user
  looks_up "$table"
}

# change_table FILE: ends with exit code 0 if it changed the table, 3 if it was right already, 4 if servers should hold another version by now. To be run in a process of its own, so that its temporary files are removed when it ends, however it ends.
change_table() {
  table=$1
  unchanged="$table is unchanged"
  enter_folder "$table"
  make_work
  take_table
  keys_to_change "$work/text" >"$keys"
  [ -s "$keys" ] || fail "$table has no entry to change any more: somebody else changes it; $unchanged"
  said=$({ make_new && printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | with_credential "$work/text" >"$work/new"; } 2>&1) \
    || fail "cannot write a new $table: $(reason_in "$said"); $unchanged"
  if is_right; then exit 3; fi
  is_still_wanted || exit 4
  said=$(build_index new 2>&1) || fail "cannot build the index of a new $table: $(reason_in "$said"); $unchanged"
  why_not=$(cd "$work" && looks_up new) || fail "a lookup in the new $table does not give the credential$why_not; $unchanged"
  sync -f "$work/new" 2>/dev/null || sync
  if said=$(move_table new 2>&1) && why_not=$(in_place); then exit 0; fi
  move_back
}

move_back() {
  restore_table 2>/dev/null || fail "a lookup in $table does not give the credential, and the old table could not be put back: look at $table"
  if [ -n "$said" ]; then fail "cannot put the new $table in place: $(reason_in "$said"); $unchanged"; fi
  fail "a lookup in $table${server_user:+ as the $(reader_name)} did not give the credential after it was put in place$why_not; the table was put back"
}

# Whether a table was changed.
changed=0

# apply_table FILE: changes a table, or ends the script if that fails.
apply_table() {
  status=0
  (change_table "$1") || status=$?
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
