# The entries of a table of lines `key separator user:password`.
#
# The document of a server sets `key_pattern`, an extended regular expression for a key with its separator; `folds`, not
# empty if a line that begins with white space continues the value of the line before; and NAME_OF, the awk function that
# gives the host which a key is for, in lower case. It defines
#   own_keys FILE   prints the keys of the entries that are for the endpoint

# Reads files into `line`, and takes an entry that begins in one apart: `key`; `at`, the line that has the credential, with
# `start` before it and `end`, white space, behind it; and `last`, the last line of the entry.
# shellcheck disable=SC2016 # The dollar signs are for awk.
PARSE="$SETS"'
  function goes_on(number) { return ENVIRON["folds"] != "" && number <= lines && line[number] ~ /^[ \t\r]/ }
  function is_comment(text) { return text ~ /^[ \t\r]*(#|$)/ }
  function parse(number,    text) {
    text = line[number]
    if (is_comment(text) || goes_on(number) || !match(text, ENVIRON["key_pattern"])) return 0
    at = last = number
    start = substr(text, 1, RLENGTH)
    credential = substr(text, RLENGTH + 1)
    key = start
    sub(/^[ \t]+/, "", key)
    sub(/[ \t\r]*:?[ \t\r]*$/, "", key)
    # Comments may stand between the lines of an entry.
    while (ENVIRON["folds"] != "" && last < lines && (goes_on(last + 1) || is_comment(line[last + 1]))) {
      if (!is_comment(line[++last]) && credential ~ /^[ \t\r]*$/) take_up(last)
    }
    if (credential == "" && start !~ /[ \t:]$/) start = start " "
    end = match(credential, /[ \t\r]+$/) ? substr(credential, RSTART) : ""
    sub(/[ \t\r]+$/, "", credential)
    return 1
  }
  function take_up(number) {
    at = number
    match(line[number], /^[ \t\r]+/)
    start = substr(line[number], 1, RLENGTH)
    credential = substr(line[number], RLENGTH + 1)
  }
  function has_access_key() { return is_access_key(substr(credential, 1, index(credential, ":") - 1)) }'

# The SES credentials that the entries for the endpoint and for those of all regions have had until now, in all tables
# of the server: one a line, behind "own", "here" or "elsewhere".
named="$scratch/named"
: >"$named"

# Adds those of a table.
learn_named() {
  own_keys "$1" | awk -v host="$relay_host" "$PARSE$NAME_OF"'
    BEGIN { host = tolower(host) }
    FILENAME == "-" { own[$0] = 1; next }
    { line[++lines] = $0 }
    END {
      for (i = 1; i <= lines; i++) {
        if (!parse(i) || !has_access_key()) continue
        place = key in own ? "own" : place_of(name_of(key), host)
        if (place != "") print place " " credential
      }
    }' - "$1" >>"$named"
}

# Prints the keys to change: those for the endpoint, and any other that carries the very same SES credential, such as
# that of a sender, because its access key is deleted all the same.
keys_to_change() {
  own_keys "$1" | awk -v host="$relay_host" -v named="$named" "$PARSE$NAME_OF"'
    BEGIN { host = tolower(host) }
    FILENAME == "-" { own[$0] = 1; next }
    FILENAME == named {
      place = $1
      sub(/^[a-z]+ /, "")
      learn_place($0, place == "own" ? "here" : place)
      if (place == "own") shared[$0] = 1
      next
    }
    { line[++lines] = $0 }
    END {
      for (i = 1; i <= lines; i++) {
        if (!parse(i)) continue
        if ((key in own || (credential in shared && may_follow(credential, place_of(name_of(key), host)))) && !printed[key]++) print key
      }
    }' - "$named" "$1"
}

# All else stays as it is.
with_credential() {
  last_newline=$(ends_with_newline "$1") awk -v keys="$keys" "$PARSE"'
    FILENAME == "-" { new = $0; next }
    FILENAME == keys { chosen[$0] = 1; next }
    { line[++lines] = $0 }
    END {
      for (i = 1; i <= lines; i++) {
        if (!parse(i) || !(key in chosen)) continue
        changed[at] = start new end
        for (j = at + 1; j <= last; j++) if (!is_comment(line[j])) dropped[j] = 1
      }
      for (i = 1; i <= lines; i++) {
        if (i in dropped) continue
        printf "%s%s", separator, i in changed ? changed[i] : line[i]
        separator = "\n"
      }
      if (ENVIRON["last_newline"] && lines) printf "\n"
    }' - "$keys" "$1"
}
