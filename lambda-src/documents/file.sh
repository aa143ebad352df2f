# What every document needs that changes a file which it did not write.

# Copies a file with its owner, mode, times and, where the system has one, SELinux context.
copy_file() {
  cp -p "$1" "$2" || return 1
  if command -v chcon >/dev/null 2>&1; then chcon --reference="$1" "$2" 2>/dev/null || true; fi
}

copy_or_fail() {
  said=$(copy_file "$1" "$2" 2>&1) || fail "cannot write beside $1: $(last_line "$said"); $1 is unchanged"
}

# Two commands can reach a server at once. Locks the folder: a lock on the file would be on the one that is replaced.
lock() {
  command -v flock >/dev/null 2>&1 || return 0
  exec 9<"$1"
  flock -w 120 9 || fail "another run is still changing the files in $1"
}

# A link is left alone: whoever made it changes the file behind it in a way of their own.
check_file() {
  [ ! -L "$1" ] || fail "$1 is a symbolic link: name the file itself"
  [ -f "$1" ] || fail "$1 does not exist: $2"
}

# Runs a program that delivers what waits for a working credential, beside this script and not as part of it: the
# server has the credential, whatever becomes of old mail.
in_background() {
  if command -v setsid >/dev/null 2>&1; then
    setsid "$@" </dev/null >/dev/null 2>&1 9<&- &
  else
    "$@" </dev/null >/dev/null 2>&1 9<&- &
  fi
}
