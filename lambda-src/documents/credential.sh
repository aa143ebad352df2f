# Reads one version of the secret and checks it, before anything on this server is touched.
# Without a version id, as for a server that joins between two rotations, finds the one that servers should hold now.
# Sets SMTP_USERNAME and SMTP_PASSWORD. They are not exported, and never an argument of a command: other
# processes could see them there.
set +axv
set -eu
unset SMTP_USERNAME SMTP_PASSWORD fetched value
umask 077
export LC_ALL=C
PATH="${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"
# An empty or relative entry would be in the folder that we are in, which can be somebody else's.
PATH=$(printf '%s\n' "$PATH" | tr : '\n' | grep '^/' | tr '\n' :)/bin

# Agents before 3.3.2746.0 do not export parameters. Their allowedPattern keeps these three free of shell syntax.
if [ -z "${SSM_SecretArn+x}" ]; then SSM_SecretArn='{{ SecretArn }}'; fi
if [ -z "${SSM_VersionId+x}" ]; then SSM_VersionId='{{ VersionId }}'; fi
if [ -z "${SSM_Region+x}" ]; then SSM_Region='{{ Region }}'; fi
# An agent that does not export an empty value leaves the reference as it is.
case $SSM_VersionId in *[!A-Za-z0-9-]*) SSM_VersionId='' ;; esac

# In a function, zsh has another $0.
script=$0
newline='
'
tab=$(printf '\t')

# No program ends with this exit code, so whatever ends the script with another one has not said why.
EXPLAINED=100
fail() {
  printf 'SES_SMTP_CREDENTIAL_FAILED %s\n' "$*" >&2
  exit "$EXPLAINED"
}

# Another program would have the password among its arguments.
case $(command -v printf) in */*) fail 'this shell has no printf of its own: use another one' ;; esac

# Two commands can reach a server at once. The lock is taken before a version is chosen and looked at, and held to the end:
# so no run sees what another one is about to change, and an older version cannot come after a newer one. Other users cannot
# take it where it is.
lock() {
  # A run that starts over has it already.
  [ -z "${SES_SMTP_HAS_LOCK:-}" ] || return 0
  command -v flock >/dev/null 2>&1 || fail 'flock is not installed: install util-linux'
  lock_file="${RUNTIME_DIRECTORY:-/run}/ses-smtp-credential.lock"
  # By itself, a redirection that fails would end the script without a message.
  (: >>"$lock_file") 2>/dev/null || fail "cannot write $lock_file, which keeps two runs apart"
  exec 9>>"$lock_file"
  # ksh passes a descriptor only to a command that names it.
  said=$(flock -w 120 9 9>&9 2>&1) || fail "${said:-another run has been changing files for two minutes}"
}

# The rotation function counts this server by this line, and by nothing else.
report_applied() {
  is_still_wanted || start_over
  printf 'SES_SMTP_CREDENTIAL_APPLIED %s\n' "$version_id"
}

# A rotation that began since this run chose its version counts on the one that it gave this server, perhaps before this
# run changes it.
is_still_wanted() {
  [ -z "$SSM_VersionId" ] || return 0
  fetch wanted_version
  [ "$fetched" = "$version_id" ]
}

start_over() {
  export SES_SMTP_HAS_LOCK=1
  exec "$script" </dev/null 9>&9
}

# Prints the id of the version that servers should hold now: the one that a rotation is giving them, if there is one,
# because it will not come back to a server that has joined meanwhile; otherwise the current one.
wanted_version() {
  versions=$(aws secretsmanager describe-secret --secret-id "$SSM_SecretArn" --region "$SSM_Region" \
    --cli-connect-timeout 5 --cli-read-timeout 10 --query 'to_string(VersionIdsToStages)' --output text) || return 1
  versions=$(printf '%s' "$versions" | tr ']' '\n')
  { printf '%s\n' "$versions" | grep '"AWSPENDING"' | grep '"SES_SMTP_DELIVERED_' || printf '%s\n' "$versions" | grep '"AWSCURRENT"'; } \
    | sed 's/.*"\([^"]*\)"[[:space:]]*:[[:space:]]*\[.*/\1/'
}

# Prints the labels of the version, a tab, and its value.
read_version() {
  aws secretsmanager get-secret-value --secret-id "$SSM_SecretArn" --version-id "$version_id" \
    --region "$SSM_Region" --cli-connect-timeout 5 --cli-read-timeout 10 --query "[join(',', VersionStages), SecretString]" --output text
}

# Prints the last line of what the AWS CLI said, which has the name of the error.
last_line() {
  printf '%s\n' "$1" | grep -v '^[[:space:]]*$' | tail -n 1
}

# Sets `fetched` to what a command reads from Secrets Manager, in a few tries.
fetch() {
  command -v aws >/dev/null 2>&1 || fail 'the AWS CLI is not installed: install it'
  for pause in 2 4 8 0; do
    if fetched=$("$1" 2>/dev/null); then return; fi
    [ "$pause" -eq 0 ] || sleep "$pause"
  done
  # Standard output, which could hold the value, is not looked at.
  reason=$(last_line "$("$1" 2>&1 >/dev/null || true)")
  fail "${version_id:+version $version_id of }$SSM_SecretArn could not be read: $reason; the instance role needs secretsmanager:GetSecretValue" \
    'and secretsmanager:DescribeSecret on the secret and, if it has a key of its own, kms:Decrypt on that: use grantRead(role)'
}

json_field() {
  printf '%s' "$value" | tr '\r\n' '  ' | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"\\]*\)".*/\1/p'
}

matches() {
  case $1 in *"$newline"*) return 1 ;; esac
  printf '%s\n' "$1" | grep -Eqx "$2"
}

lock
version_id=$SSM_VersionId
if [ -z "$version_id" ]; then
  fetch wanted_version
  version_id=$fetched
  [ -n "$version_id" ] || fail "$SSM_SecretArn has no current version"
fi
fetch read_version
stages=${fetched%%"$tab"*}
value=${fetched#*"$tab"}

# A command that reaches a server late must not bring back a version that was abandoned or replaced in the meantime.
case ",$stages," in
  *,AWSPENDING,* | *,AWSCURRENT,*) ;;
  *) fail "version $version_id is no longer pending or current, so it is not applied" ;;
esac

# A version from before a change to JSON is username:password. Neither of them can have a brace.
case $username_field,$value in
  ?*,*'{'*)
    SMTP_USERNAME=$(json_field "$username_field")
    SMTP_PASSWORD=$(json_field "$password_field")
    ;;
  *)
    SMTP_USERNAME=${value%%:*}
    SMTP_PASSWORD=${value#*:}
    ;;
esac
matches "$SMTP_USERNAME" 'A[A-Z0-9]{15,127}' || fail "version $version_id has no access key id where one is expected"
matches "$SMTP_PASSWORD" 'B[A-P][A-Za-z0-9+/]{42}' || fail "version $version_id has no SES SMTP password where one is expected"
unset fetched value
