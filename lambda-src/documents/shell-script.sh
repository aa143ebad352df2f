# What the script prints goes to standard error, so that Run Command cannot cut the last line off. A server that it starts
# must not keep the lock.
set +e
(
  set -e
  apply
) >&2 9>&-
exit_code=$?
set -e
[ "$exit_code" -eq 0 ] || fail "the script ended with exit code $exit_code"
report_applied
