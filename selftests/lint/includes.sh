#!/usr/bin/env bash
# Who may include whom. A room may include itself, the rooms named here, the public headers, and nothing
# else of this project; framework/ never prints, throws or exits.
set -euo pipefail
cd "$(dirname "$0")/../.."

declare -A may=(
  [framework/kernel]=''
  [framework/wire]=''
  [framework/config]='framework/kernel framework/wire'
  [framework/host]='framework/kernel framework/config framework/wire framework/plan framework/events framework/launch framework/files'
  [framework/plan]='framework/kernel framework/config framework/wire framework/host/facts.h'
  [framework/builder]='framework/wire framework/plan/step_code.h'
  [framework/events]='framework/kernel framework/wire framework/launch/cell_page.h'
  [framework/launch]='framework/kernel framework/wire framework/config framework/plan framework/events framework/builder/protocol.h framework/builder/close_others.h framework/builder/message.h framework/builder/path.h framework/builder/system_call.h'
  [framework/report]='framework/wire framework/config'
  [framework/files]='framework/kernel framework/config'
  [framework/audit]='framework/kernel framework/builder/message.h framework/builder/system_call.h framework/config framework/plan framework/launch framework/files framework/host/facts.h'
  [framework/watch]='framework/kernel framework/wire framework/plan framework/events framework/launch framework/report framework/files framework/audit framework/host/facts.h'
  [framework/run]='framework/host/probe.h framework/watch'
  [adapters/googletest]='framework'
  [adapters/command]='framework'
  [adapters/command/kinds]='framework'
  [adapters/command/run]='framework adapters/command adapters/googletest/options.h'
)
status=0
complain() {
  echo "$1" >&2
  status=1
}

for file in $(git ls-files 'framework/*.cc' 'framework/*.h' 'adapters/*.cc' 'adapters/*.h'); do
  room=$(dirname "$file")
  if [ -z "${may[$room]+known}" ]; then
    complain "$file: $room is no room that selftests/lint/includes.sh knows"
    continue
  fi
  for included in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$file"); do
    allowed=no
    for prefix in "$room" ${may[$room]}; do
      [[ $included == "$prefix" || $included == "$prefix"/* ]] && allowed=yes
    done
    [ "$allowed" = yes ] || complain "$file: $room may not include $included"
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
