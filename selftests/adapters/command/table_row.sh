#!/usr/bin/env bash
# table_row.sh DOCUMENT CLOISTER NAME...
# Runs the examples in the rows NAME (all rows without one) of the table of unshare(1)'s options, and requires
# the line that each is said to print.
set -euo pipefail
document=$(realpath "$1") cloister=$(realpath "$2")
shift 2
PATH=$(dirname "$cloister"):$PATH
export PATH
cd /  # one that every user may be in, and that no tmpfs hides

rows=0 failed=0
while IFS='|' read -r _ name _ example prints _; do
  cell() { sed -E 's/^ *`(.*)` *$/\1/' <<<"$1"; }
  name=$(cell "$name")
  [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
  rows=$((rows + 1))
  printed=$(bash -c "$(cell "$example")" 2>&1 </dev/null) || true
  # Where a command prints the same line several times, once is enough.
  grep -qxF -- "$(cell "$prints")" <<<"$printed" && continue
  printf '%s:\n%s\nprints\n%s\n' "$name" "$(cell "$example")" "$printed"
  failed=1
done < <(grep '^| `-' "$document")
[ "$rows" -gt 0 ] || { echo "no row of $document is named $*"; exit 1; }
exit "$failed"
