# What the script prints goes to standard error, so that Run Command cannot cut the last line off.
set +e
(
  set -e
  apply
) >&2
status=$?
set -e
[ "$status" -eq 0 ] || fail "the script ended with exit code $status"
report_applied
