#!/usr/bin/env bash
# Each test that docs/SECURITY.md names exists, and each test of containment is named there.
set -euo pipefail
cd "$(dirname "$0")/../.."
status=0
names=$(sed -n 's/^| .* | \([^|]*\) |$/\1/p' docs/SECURITY.md | grep -oE '`[A-Za-z0-9]+\.[A-Za-z0-9]+`' | tr -d '`' | sort -u)
[ -n "$names" ] || { echo "docs/SECURITY.md: no row names a test" >&2; exit 1; }
for name in $names; do
  git grep -qE "TEST(_F|_P)?\(${name%.*}, ${name#*.}\)" -- 'selftests/*.cc' ||
    { echo "docs/SECURITY.md names $name, and there is no such test" >&2; status=1; }
done
for name in $(sed -nE 's/^TEST(_F|_P)?\(([A-Za-z0-9]+), ([A-Za-z0-9]+)\).*/\2.\3/p' selftests/inside/containment_test.cc); do
  grep -qxF "$name" <<<"$names" || { echo "docs/SECURITY.md does not name $name" >&2; status=1; }
done
[ "$status" = 0 ] && echo "clean"
exit "$status"
