# What every document needs that changes files which it did not write.
#
# Whoever may write in a folder can put a link, another file or another folder in place of any name in it, between any
# two commands of this script. So it stays in the very folder that it has entered, copies a file there through a second
# link to it in a directory that only root can reach, works there, and renames the result back: no step follows a link.
me=$(id -u)
folder=''

# What passes between the parts of the script: in memory, where /run is, and gone with the next run if this one is killed.
scratch="${RUNTIME_DIRECTORY:-/run}/ses-smtp-credential"
rm -rf "$scratch"
mkdir "$scratch" || fail "cannot write $scratch"
# What else must happen at the end, however the script ends.
undo=:
finish() {
  code=$?
  "$undo"
  rm -rf "$scratch"
  case $code in 0 | "$EXPLAINED") ;; *) fail "the script ended with exit code $code: see the lines above, and whether there is room in ${scratch%/*}" ;; esac
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# Sets `mode`, `links`, `owner` and `group` of a file, or makes them empty. It follows no link.
describe() {
  read -r mode links owner group _others <<DESCRIPTION
$(ls -ldn "$1" 2>/dev/null)
DESCRIPTION
}

# Whether nobody but root can write in a folder. (In tests without root, we are who is trusted.)
is_closed() {
  describe "$1"
  case $mode:$owner in d????-??-*:0 | d????-??-*:"$me") ;; *) return 1 ;; esac
}

# Whether nobody but root can rename a folder, or one above it. In a folder such as /tmp, only its owner can rename what is his.
is_ours() {
  is_closed "$1" || return 1
  above=$1
  while [ -n "$above" ]; do
    above=${above%/*}
    is_closed "${above:-/}" && continue
    case $mode:$owner in d????????[tT]*:0) ;; *) return 1 ;; esac
  done
}

# Whether links on the way to a folder are root's alone: otherwise whoever can change one could lead us to another server's files.
check_way() {
  [ "$me" -eq 0 ] || return 0
  # Whose the folder at the end is does not matter here.
  namei -om "$1" 2>/dev/null | awk '
    is_open { bad = 1 }
    NR > 1 && $1 !~ /^l/ { is_open = $2 != "root" || $1 !~ /^d(....-..-|........[tT])/ }
    END { exit NR < 2 || bad }' || fail "$1 is reached by a link that another user could change: name the folder that it leads to"
}

# Enters the folder of a file, and sets `name`, that of the file there, and `haven`, the nearest folder of root's own:
# the same one as a rule.
enter_folder() {
  name=${1##*/}
  # What another user makes of a file must not fill the disk.
  ulimit -f 131072 2>/dev/null || true
  cd -P "$(dirname "$1")" 2>/dev/null || fail "$1 does not exist: there is no such folder"
  folder=$(pwd -P)
  [ "$folder" = "$(dirname "$1")" ] || check_way "$(dirname "$1")"
  haven=$folder
  until is_ours "$haven"; do
    haven=${haven%/*}
    haven=${haven:-/}
    [ "$haven" != / ] || is_ours / || fail "not even / belongs to root alone, so nothing is safe from other users"
  done
  work="${haven%/}/.ses-smtp-credential"
}

# Makes the directory for our links and copies. Where it is, nobody else can have made one.
make_work() {
  rm -rf "$work"
  said=$(mkdir "$work" 2>&1) || fail "cannot write in $haven: $(reason_in "$said"); nothing is changed"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
}

# take NAME COPY: copies a file of the folder to ours, by a second link to it: nobody can change what that leads to. It is
# there for a moment only, because some servers read no file with two.
take() {
  said=$(ln "./$1" "$work/link" 2>&1) || fail "$folder/$1 cannot be replaced: $(why_not_taken "$1" "$said"); it is unchanged"
  [ ! -L "$work/link" ] || fail "$folder/$1 is a symbolic link: name the file itself"
  [ -f "$work/link" ] || fail "$folder/$1 is no file"
  describe "$work/link"
  said=$(copy_file "$work/link" "$2" 2>&1) || fail "cannot copy $folder/$1: $(reason_in "$said"); it is unchanged"
  rm -f "$work/link"
  [ "$links" -eq 2 ] || fail "$folder/$1 has another name, a hard link, that would keep the old credential: remove one of them"
}

why_not_taken() {
  case $(lsattr -d "./$1" 2>/dev/null) in
    ????i* | ?????a*) printf 'chattr made it immutable'; return ;;
  esac
  case $2 in
    *ross-device*)
      if [ "$haven" = "$folder" ]; then printf 'it is a mount of its own: mount its folder instead'; return; fi
      printf 'its folder belongs to another user, and %s, the next one of root, is on another file system' "$haven"
      ;;
    *) reason_in "$2" ;;
  esac
}

# put FILE NAME: renames one of the script's files to a name in the folder. Without -T, a link to a folder there would lead it astray.
put() {
  if [ "$haven" = "$folder" ]; then mv -f "$1" "./$2"; else mv -fT "$1" "./$2"; fi
}

# Prints a file, whatever its folder.
print_file() (
  enter_folder "$1"
  if [ "$haven" != "$folder" ]; then
    make_work
    take "$name" "$work/copy"
    cat "$work/copy"
  else
    cat "./$name"
  fi
)

# A link is left alone: whoever made it changes the file behind it in a way of their own.
check_file() {
  [ ! -L "$1" ] || fail "$1 is a symbolic link: name the file itself"
  [ -f "$1" ] || fail "$1 does not exist: $2"
}

# Copies a file with its owner, mode, times and, where the system has one, SELinux context.
copy_file() {
  cp -pP "$1" "$2" || return 1
  if command -v chcon >/dev/null 2>&1; then chcon --reference="$1" "$2" 2>/dev/null || true; fi
}

# Prints the reason in what a program said, and the line that it names, but never a word of the file: it could be a password.
reason_in() {
  printf '%s\n' "$1" | awk '
    match($0, /line [0-9]+/) { line = "look at " substr($0, RSTART, RLENGTH) }
    match($0, /(No space left on device|Disk quota exceeded|Read-only file system|Permission denied|Operation not permitted|Operation not supported|File exists|No such file or directory|File name too long|Too many links|Input\/output error|Device or resource busy|(invalid|unrecognized) option)/) { reason = substr($0, RSTART, RLENGTH) }
    END { print reason != "" ? reason : line != "" ? line : "an error that could quote the file, so it is not shown" }'
}

# as_user USER COMMAND…: runs a program as the user, with nothing of root's: neither the environment nor the lock.
as_user() {
  user=$1
  shift
  uid=$(id -u "$user") || return 1
  if [ "$uid" -eq "$me" ]; then "$@"; return; fi
  home=$(getent passwd "$uid" 2>/dev/null | cut -d : -f 6)
  set -- env -i "PATH=$PATH" LC_ALL=C "HOME=${home:-/}" ${MAIL_CONFIG:+"MAIL_CONFIG=$MAIL_CONFIG"} "$@"
  if command -v setpriv >/dev/null 2>&1; then
    setpriv --reuid "$uid" --regid "${server_group:-$(id -g "$user")}" --init-groups "$@" 9>&-
  else
    runuser -u "$user" ${server_group:+-g "$server_group"} -- "$@" 9>&-
  fi
}

# Whether a server with such a name runs: mail stays where it is while somebody has stopped it. Without pgrep, it is taken to.
has_process() {
  ! command -v pgrep >/dev/null 2>&1 || pgrep -x "$1" >/dev/null 2>&1
}

# Runs a program that delivers what waits for a working credential, beside this script and not as part of it: the
# server has the credential, whatever happens to old mail.
in_background() {
  if command -v setsid >/dev/null 2>&1; then
    setsid "$@" </dev/null >/dev/null 2>&1 9<&- &
  else
    "$@" </dev/null >/dev/null 2>&1 9<&- &
  fi
}
