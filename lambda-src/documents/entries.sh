# The entries of a table of lines `key separator user:password`.
#
# The document of a server sets `key_pattern`, an extended regular expression for a key with its separator, and defines
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
  }'

# The SES credentials that the entries for the endpoint have had until now, in all tables of the server.
shared=''

# Adds those of a table.
learn_shared() {
  shared="$shared$newline$(own=$(own_keys "$1") key_pattern=$key_pattern awk "$PARSE"'
    BEGIN { set_of(ENVIRON["own"], own) }
    parse($0) && key in own && is_access_key(substr(credential, 1, index(credential, ":") - 1)) { print credential }' "$1")"
}

# Prints the keys to change: those for the endpoint, and any other that carries the very same SES credential, such as
# that of a sender, because its access key is deleted all the same.
keys_to_change() {
  printf '%s\n' "$shared" | own=$(own_keys "$1") key_pattern=$key_pattern awk "$PARSE"'
    BEGIN { set_of(ENVIRON["own"], own) }
    FILENAME == "-" { if ($0 != "") shared[$0] = 1; next }
    parse($0) && (key in own || credential in shared) && !printed[key]++ { print key }' - "$1"
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
