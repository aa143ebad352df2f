# Changes the credential in the entries of a table: a text file of lines `key separator user:password`, beside which
# some servers keep an index. Other processes see the old table or the new one, never half of one.
#
# The document of a server sets `key_pattern`, an extended regular expression for a key with its separator, and defines
#   own_keys FILE   prints the keys of the entries that are for the endpoint
#   build FILE      makes the index of a table, if it has one
#   looks_up FILE   whether the server's own tool finds the credential in a table, under each of `$keys`
INDEXES='.db .lmdb .cdb .dir .pag'

# Takes a line apart into `start`, which is all before the credential, `key`, `credential` and `end`, the white space behind it.
# shellcheck disable=SC2016 # The dollar signs are for awk.
PARSE='
  function parse(line) {
    if (line ~ /^[#[:space:]]/ || !match(line, ENVIRON["key_pattern"])) return 0
    start = substr(line, 1, RLENGTH)
    key = start
    sub(/:?[[:space:]]*$/, "", key)
    credential = substr(line, RLENGTH + 1)
    end = match(credential, /[[:space:]]+$/) ? substr(credential, RSTART) : ""
    sub(/[[:space:]]+$/, "", credential)
    return 1
  }
  function set_of(lines, set,    list, i) {
    for (i = split(lines, list, "\n"); i > 0; i--) if (list[i] != "") set[list[i]] = 1
  }'

# Prints the keys to change: those for the endpoint, and any other that carries the very same SES credential, such as
# that of a sender, because its access key is deleted all the same.
keys_to_change() {
  own=$(own_keys "$1") key_pattern=$key_pattern awk "$PARSE"'
    BEGIN { set_of(ENVIRON["own"], own) }
    !parse($0) { next }
    NR == FNR { if (key in own && credential ~ /^A[A-Z0-9]+:/) shared[credential] = 1; next }
    (key in own || credential in shared) && !printed[key]++ { print key }' "$1" "$1"
}

# Prints the table with the credential, which comes on standard input, in the entries of `$keys`. All else stays as it is.
with_credential() {
  last_newline=1
  [ -z "$(tail -c 1 "$1")" ] || last_newline=0
  keys=$keys key_pattern=$key_pattern last_newline=$last_newline awk "$PARSE"'
    BEGIN { set_of(ENVIRON["keys"], keys) }
    NR == 1 { new = $0; next }
    {
      printf "%s%s", separator, parse($0) && key in keys ? start new end : $0
      separator = "\n"
    }
    END { if (ENVIRON["last_newline"] && NR > 1) printf "\n" }' - "$1"
}

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
