# The entries of a table of lines `key separator user:password`.
#
# The document of a server sets `key_pattern`, an extended regular expression for a key with its separator, and NAME_OF,
# the awk function that gives the host which a key is for, in lower case. It defines
#   own_keys FILE   prints the keys of the entries that are for the endpoint

# Takes a line apart into `start`, which is all before the credential, `key`, `credential` and `end`, the white space behind it.
# shellcheck disable=SC2016 # The dollar signs are for awk.
PARSE="$SETS"'
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
  function has_access_key() { return is_access_key(substr(credential, 1, index(credential, ":") - 1)) }'

# The SES credentials that the entries for the endpoint and for those of all regions have had until now, in all tables
# of the server: one a line, behind "own", "here" or "elsewhere".
named=''

# Adds those of a table.
learn_named() {
  named="$named$newline$(own=$(own_keys "$1") key_pattern=$key_pattern awk -v host="$relay_host" "$PARSE$NAME_OF"'
    BEGIN { set_of(ENVIRON["own"], own); host = tolower(host) }
    parse($0) && has_access_key() {
      place = key in own ? "own" : place_of(name_of(key), host)
      if (place != "") print place " " credential
    }' "$1")"
}

# Prints the keys to change: those for the endpoint, and any other that carries the very same SES credential, such as
# that of a sender, because its access key is deleted all the same.
keys_to_change() {
  printf '%s\n' "$named" | own=$(own_keys "$1") key_pattern=$key_pattern awk -v host="$relay_host" "$PARSE$NAME_OF"'
    BEGIN { set_of(ENVIRON["own"], own); host = tolower(host) }
    FILENAME == "-" {
      place = $1
      sub(/^[a-z]+ /, "")
      learn_place($0, place == "own" ? "here" : place)
      if (place == "own") shared[$0] = 1
      next
    }
    parse($0) && (key in own || (credential in shared && may_follow(credential, place_of(name_of(key), host)))) && !printed[key]++ { print key }' - "$1"
}

# All else stays as it is.
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
