# For awk: sets of lines, and what tells an SES credential from others.
# shellcheck disable=SC2016 # The dollar signs are for awk.
SETS='
  function set_of(lines, set,    list, i) {
    for (i = split(lines, list, "\n"); i > 0; i--) if (list[i] != "") set[list[i]] = 1
  }
  function is_access_key(user) { return length(user) >= 16 && user ~ /^A[A-Z0-9]+$/ }'
