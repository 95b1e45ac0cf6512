#!/usr/bin/env bash
# rooms.sh [--table]
# The rooms of framework/: who may include whom is what framework/CMakeLists.txt links, where the compiler finds no
# other header. Here: that docs/ARCHITECTURE.md says the same, that a room of headers alone keeps to it as well, and
# what no compiler knows: framework/ never prints, throws or exits.
set -euo pipefail
cd "$(dirname "$0")/../.."
status=0
complain() {
  echo "$1" >&2
  status=1
}

# "room used used ...", a line each, in the order of the file: used ones come first.
rooms=$(
  sed 's/#.*//' framework/CMakeLists.txt | tr '\n' ' ' | grep -oE 'cloister_room\([a-z]+[^)]*\)' | grep -v 'room_' |
    sed -E 's/cloister_room\(([a-z]+)(.* USES)?([^)]*)\)/\1 \2\3/; s/ SOURCES.*USES//; s/ SOURCES.*//; s/USES//'
  sed -n 's/.*cell_builder PRIVATE cloister_warnings \(.*\))/builder \1/p' framework/builder/embed.cmake | sed 's/cloister_//g'
)
declare -A uses closure
while read -r room used; do
  uses[$room]=$(tr -s ' ' '\n' <<<"$used" | sort | xargs)
  closure[$room]=$room
  for each in $used; do closure[$room]+=" ${closure[$each]}"; done
done <<<"$rooms"
if [ "${1-}" = --table ]; then  # who may include whom, all told
  for room in "${!closure[@]}"; do echo "$room $(tr ' ' '\n' <<<"${closure[$room]}" | sort -u | xargs)"; done
  exit
fi
[ "${#uses[@]}" -ge 15 ] || complain "rooms.sh: cannot read the rooms of framework/CMakeLists.txt: ${!uses[*]}"

for directory in framework/*/; do
  room=$(basename "$directory")
  if [ -z "${closure[$room]+known}" ]; then
    complain "$directory is no room of framework/CMakeLists.txt"
    continue
  fi
  said=$(sed -n "s/^| $room | .* | \(.*\) |$/\1/p" docs/ARCHITECTURE.md | sed 's/—//; s/,//g' | tr ' ' '\n' | sort | xargs)
  [ "$said" = "${uses[$room]}" ] || complain "docs/ARCHITECTURE.md: $room may use '$said'; framework/CMakeLists.txt: '${uses[$room]}'"
  for included in $(cat "$directory"*.h "$directory"*.cc 2>/dev/null | sed -n 's/^#include "\(.*\)"$/\1/p' | sort -u); do
    of=${included#framework/}
    [[ " ${closure[$room]} " == *" ${of%%/*} "* ]] || complain "$directory: it may not include $included"
  done
done

# Public headers stand on the standard library and each other.
for file in $(git ls-files 'include/cloister/*.h'); do
  for included in $(sed -n 's/^#include [<"]\(.*\)[>"]$/\1/p' "$file"); do
    [[ $included == cloister/* || ! $included =~ [./] ]] || complain "$file: a public header may not include $included"
  done
done

# Only adapters speak. (The builder's processes end by _exit; they have nobody to throw to.)
if git grep -nE '\bthrow\b|fmt::print|std::cout|std::cerr|\bprintf\(|[^_]\bexit\(' -- 'framework/*.cc' 'framework/*.h' \
    | grep -vE ':[0-9]+: *//'; then
  complain "framework/ never prints, throws or exits"
fi

# Files past 400 lines ask for another room.
for file in $(git ls-files '*.cc' '*.h' '*.sh'); do
  lines=$(wc -l <"$file")
  [ "$lines" -le 400 ] || complain "$file: $lines lines; the limit is 400"
done
[ "$status" = 0 ] && echo "clean"
exit "$status"
