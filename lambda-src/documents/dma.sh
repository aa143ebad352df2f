# The DragonFly Mail Agent: lines `user|host:password`.
# shellcheck disable=SC2016 # The dollar signs are for awk.
REWRITE='
  function learn(text) { }
  function rewrite(text,    bar, name, end) {
    bar = index(text, "|")
    if (text ~ /^#/ || !bar || !match(substr(text, bar + 1), /[: \t]/)) return text
    name = substr(text, bar + 1, RSTART - 1)
    if (tolower(name) != host) return text
    users++
    passwords++
    end = text ~ /\r$/ ? "\r" : ""
    return new_user "|" name substr(text, bar + 1 + length(name), 1) new_password end
  }'
example="a line 'user|$relay_host:password'"

command -v dma >/dev/null 2>&1 || fail 'dma is not installed'
config=/etc/dma/dma.conf
if [ -e "$config" ] && [ "$(sed -n "s/^AUTHPATH[ $tab]*//p" "$config" | tail -n 1)" != "$client_file" ]; then
  fail "$config does not name $client_file: add a line 'AUTHPATH $client_file', or set authFile"
fi
# Whoever calls it, it runs with this group.
server_user=nobody
server_group=mail
apply_client
if [ "$changed" -eq 1 ]; then in_background dma -q; fi
check_login
report_applied
