# The entries of a table of lines `key separator user:password`.
#
# The document of a server sets `key_pattern`, an extended regular expression for a key with its separator, and defines
#   own_keys FILE   prints the keys of the entries that are for the endpoint
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
