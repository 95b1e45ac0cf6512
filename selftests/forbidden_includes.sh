#!/usr/bin/env bash
# forbidden_includes.sh SOURCE BUILD
# The compiler, called as BUILD calls it for a room, finds the headers of those rooms that it may use and of no other.
set -euo pipefail
cd "$1"
commands=$2/compile_commands.json
status=0
looked=0
while read -r room may; do
  # A room of headers alone is compiled by nobody as such.
  flags=$(grep -oE "\"command\": .*(cloister_$room|cell_builder)\.dir/.*" "$commands" | grep -E "framework/$room/|cloister_$room\.dir" |
    head -1 | grep -oE -- '-I[^ ]+' || true)
  [ -n "$flags" ] || continue
  looked=$((looked + 1))
  found=$(for each in framework/*/; do
    header=$(ls "$each"*.h | head -1)
    printf '#if __has_include("%s")\n%s\n#endif\n' "$header" "$(basename "$each")"
  done | (cd / && c++ -E -P -x c++ $flags -) | sort | xargs)
  if [ "$found" != "$may" ]; then
    echo "forbidden_includes.sh: $room finds the headers of '$found'; it may use those of '$may'" >&2
    status=1
  fi
done < <(selftests/lint/rooms.sh --table)
[ "$looked" -ge 13 ] || { echo "forbidden_includes.sh: found only $looked rooms in $commands" >&2; exit 1; }
exit "$status"
