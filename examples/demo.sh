#!/usr/bin/env bash
# demo.sh BUILD: the main job on real input. Every part says what it shows and fails when it does not.
set -euo pipefail
build=$1

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say "1. GoogleTest's own samples, each test in its own cell, none of them changed"
for sample in "$build"/selftests/googletest_own/cells/sample*_unittest; do
  printf '%s: ' "$(basename "$sample")"
  "$sample" | sed -n 's/^\[  PASSED  \] //p'
done

say "2. What a test finds in its cell"
"$build"/examples/01_first_cell

say "3. Tests that misbehave cost themselves and nobody else (this run is meant to fail)"
status=0
"$build"/examples/05_misbehaving || status=$?
[ "$status" = 1 ] || { echo "demo: expected exit status 1, got $status"; exit 1; }

say "4. Tests whose point is a limit: expected ends and budgets"
"$build"/examples/07_limits

say "5. Tests that each start a redis-server on port 6379, eight at a time"
"$build"/examples/06_redis --cloister_jobs=8

say "6. The same tests, at the same time, without cells: they collide"
"$(dirname "$0")"/06_redis/collide.sh "$build"/examples/06_redis | tail -n 25
