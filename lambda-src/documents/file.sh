# What every document needs that changes a file which it did not write.

# Copies a file with its owner, mode, times and, where the system has one, SELinux context.
copy_file() {
  cp -pP "$1" "$2" || return 1
  if command -v chcon >/dev/null 2>&1; then chcon --reference="$1" "$2" 2>/dev/null || true; fi
}

# Two commands can reach a server at once. The lock is where other users cannot take it.
lock() {
  command -v flock >/dev/null 2>&1 || fail 'flock is not installed: install util-linux'
  lock_file="${RUNTIME_DIRECTORY:-/run}/ses-smtp-credential.lock"
  # By itself, a redirection that fails would end the script without a word of ours.
  (: >>"$lock_file") 2>/dev/null || fail "cannot write $lock_file, which keeps two runs apart"
  exec 9>"$lock_file"
  flock -w 120 9 || fail 'another run is still changing files'
}

# A link is left alone: whoever made it changes the file behind it in a way of their own.
check_file() {
  [ ! -L "$1" ] || fail "$1 is a symbolic link: name the file itself"
  [ -f "$1" ] || fail "$1 does not exist: $2"
}

# Makes a directory beside a file, which nobody else can read or write, and changes to it. What is written by name in the
# file's own folder would go through a link that whoever owns the folder may put there.
enter_work_directory() {
  folder=$(cd -P "$(dirname "$1")" && pwd -P)
  work="$folder/$(basename "$1").ses-smtp"
  # Left behind by a run that was killed; it may hold passwords.
  rm -rf "$work"
  said=$(mkdir "$work" 2>&1) || fail "cannot write beside $1: $(last_line "$said"); $1 is unchanged"
  trap 'cd / && rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  cd -P "$work"
  [ "$(pwd -P)" = "$work" ] || fail "$work was replaced by somebody; $1 is unchanged"
}

# Whether a server with such a name runs: mail stays where it is while somebody has stopped it. Without pgrep, it is taken to.
has_process() {
  ! command -v pgrep >/dev/null 2>&1 || pgrep -x "$1" >/dev/null 2>&1
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
