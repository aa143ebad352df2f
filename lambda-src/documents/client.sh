# Replaces the credential in the one file of a small client that relays everything to one host.
#
# The document of a client sets `client_file`, and `example`, what an entry looks like, and defines for awk
#   learn(text)     sees each line first
#   rewrite(text)   returns a line with `new_user` and `new_password` where it has those for `host`, and counts them in
#                   `users` and `passwords`

# Prints the file with the credential, which comes on standard input; fails if the file has no place for one.
rewritten() {
  last_newline=$(ends_with_newline "$1") awk -v host="$relay_host" "$REWRITE"'
    BEGIN { host = tolower(host) }
    FILENAME == "-" { colon = index($0, ":"); new_user = substr($0, 1, colon - 1); new_password = substr($0, colon + 1); next }
    { line[++lines] = $0; learn($0) }
    END {
      for (i = 1; i <= lines; i++) { printf "%s%s", separator, rewrite(line[i]); separator = "\n" }
      if (ENVIRON["last_newline"] && lines) printf "\n"
      exit !users || users != passwords
    }' - "$1"
}

keys_to_change() {
  if printf 'user:password\n' | rewritten "$1" >/dev/null; then printf '%s\n' "$relay_host"; fi
}

with_credential() { rewritten "$1"; }

build() { :; }

# No such client has a tool that looks an entry up. So this reads the file as its user does, and compares.
looks_up() {
  as_reader cat "$1" >"$scratch/read" 2>/dev/null || { printf ': the %s cannot read it' "$(reader_name)"; return 1; }
  printf '%s\n' "$SMTP_USERNAME:$SMTP_PASSWORD" | rewritten "$scratch/read" | cmp -s - "$scratch/read"
}

apply_client() {
  check_file "$client_file" "make it with $example"
  text="$scratch/text"
  print_file "$client_file" >"$text" || exit
  [ -n "$(keys_to_change "$text")" ] || fail "$client_file has no user and password for $relay_host: add $example"
  apply_table "$client_file"
}
