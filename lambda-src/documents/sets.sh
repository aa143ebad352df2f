# For awk: sets of lines, and what tells an SES credential, and SES's own names, from others.
# shellcheck disable=SC2016 # The dollar signs are for awk.
SETS='
  function set_of(lines, set,    list, i) {
    for (i = split(lines, list, "\n"); i > 0; i--) if (list[i] != "") set[list[i]] = 1
  }
  # In front of email-smtp.<region>.<suffix> stands ses-smtp-….<region>.elb.<suffix>.
  function is_balancer(name, host,    label, end) {
    split(host, label, ".")
    end = "." label[2] ".elb" substr(host, length(label[1] "." label[2]) + 1)
    return host ~ /^email-smtp/ && name ~ /^ses-smtp-/ && substr(name, length(name) - length(end) + 1) == end
  }
  function is_access_key(user) { return length(user) >= 16 && user ~ /^A[A-Z0-9]+$/ }'
