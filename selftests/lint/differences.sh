#!/usr/bin/env bash
# Each test that docs/DIFFERENCES.md names exists.
set -euo pipefail
cd "$(dirname "$0")/../.."
status=0
names=$(sed -n 's/^| .* | \(`.*`\) |$/\1/p' docs/DIFFERENCES.md | grep -o '`[^`]*`' | tr -d '`')
[ -n "$names" ] || { echo "docs/DIFFERENCES.md: no row names a test" >&2; exit 1; }
for name in $names; do
  case $name in
    *.*) git grep -qE "TEST(_F|_P)?\(${name%.*}, ${name#*.}\)" -- 'selftests/*.cc' ;;
    *) grep -q "^$name |" selftests/googletest_own/intended_differences.txt ;;
  esac || { echo "docs/DIFFERENCES.md names $name, and there is no such test" >&2; status=1; }
done
[ "$status" = 0 ] && echo "clean"
exit "$status"
