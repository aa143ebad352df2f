# Changes a table again and again, by the documents' own file.sh and table.sh, which stand in front of this: as fast as it
# goes, so that somebody else has many chances. `runs` is a file that gets a byte for each change.
keys_to_change() { printf 'key\n'; }
with_credential() { cat "$1"; printf '%s\n' "$count"; }
build() { cp "$1" "$1.db"; }
looks_up() { :; }
is_still_wanted() { :; }
start_over() { exit 1; }
count=0
while [ -e "$table_file" ] || [ -L "$table_file" ] || [ "$count" -lt 100000 ]; do
  count=$((count + 1))
  if (change_table "$table_file") 2>>"$log"; then printf x >>"$runs"; else printf - >>"$runs"; fi
done
