# For awk: what tells an SES credential, and SES's own names, from others. The document exports `regions`, all that the
# credential has a password for. No awk code here has a class such as [:space:]: mawk before 1.3.4 knows none.
# shellcheck disable=SC2016 # The dollar signs are for awk.
SETS='
  # In front of email-smtp.<region>.<suffix> stands ses-smtp-….<region>.elb.<suffix>.
  function is_balancer(name, host,    label, end) {
    split(host, label, ".")
    end = "." label[2] ".elb" substr(host, length(label[1] "." label[2]) + 1)
    return host ~ /^email-smtp/ && name ~ /^ses-smtp-/ && substr(name, length(name) - length(end) + 1) == end
  }
  function is_access_key(user) { return length(user) >= 16 && user ~ /^A[A-Z0-9]+$/ }
  # The region in a name of SES, or in a pattern for the names of one region.
  function region_of(name,    label) {
    sub(/^vpce-[^.]+[.]/, "", name)
    split(name, label, ".")
    return label[1] ~ /^(email-smtp(-fips)?|ses-smtp-.*|[*])$/ && label[2] ~ /^[a-z]+(-[a-z]+)+-[0-9]+$/ ? label[2] : ""
  }
  function has_password(region,    list, i) {
    for (i = split(ENVIRON["regions"], list, " "); i > 0; i--) if (list[i] == region) return 1
    return 0
  }
  # Only what is here is changed: in another region, the same access key has another password, or none.
  function place_of(name, host) {
    if (region_of(name) == "" || region_of(host) == "") return ""
    if (region_of(name) == region_of(host)) return "here"
    return has_password(region_of(name)) ? "elsewhere" : "nowhere"
  }
  # A credential that has been copied from Region to Region belongs to the first entry that is named for a Region of this
  # rotation. So each Region has the same answer, in whatever order they come.
  function learn_place(credential, place) {
    if ((place == "here" || place == "elsewhere") && !(credential in place_of_first)) place_of_first[credential] = place
  }
  function may_follow(credential, place) { return place == "here" || (place == "" && place_of_first[credential] != "elsewhere") }'

# Prints the names that a server may take for the endpoint: what it is an alias of, and what its addresses stand for.
canonical_names() {
  getent hosts "$relay_host" 2>/dev/null | while read -r address name _others; do
    printf '%s\n' "$name"
    getent hosts "$address" 2>/dev/null | awk '{ print $2 }'
  done | sort -u | grep -Ex '[A-Za-z0-9.-]+' || [ $? -eq 1 ]
}
