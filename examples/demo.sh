#!/usr/bin/env bash
# demo.sh EXAMPLES: the main job on real input, by the programs in that directory. Every part says what it shows. A part
# that goes otherwise fails the demo; where the host has no whole cells, that is said, and the demo goes on.
set -euo pipefail
here=$(dirname "$0")
examples=$1
collide=$here/06_redis/collide.sh
[ -e "$collide" ] || collide=$here/collide.sh

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# Its lines are "user namespace            no      CAUSE; CURE", and it fails where a cell is not whole.
lacks=
doctor=$(CLOISTER_CONFIG=none "$examples/01_first_cell" --cloister_doctor) ||
  lacks=$(sed -n 's/^\(.*[^ ]\)  *no  .*/\1/p' <<<"$doctor" | paste -sd, | sed 's/,/, /g')

# part STATUS COMMAND...
part() {
  local wanted=$1 status=0
  shift
  "$@" || status=$?
  [ "$status" != "$wanted" ] || return 0
  if [ -z "$lacks" ]; then
    echo "demo: expected exit status $wanted, got $status: $*"
    exit 1
  fi
  say "   This host cannot give a test: $lacks. What fails above for that passes elsewhere."
}

say "1. GoogleTest's own samples, each test in its own cell, none of them changed"
samples() { "$examples/00_samples" | sed -n 's/^\[  PASSED  \] //p'; }
part 0 samples

say "2. What a test finds in its cell"
part 0 "$examples/01_first_cell"

say "3. Tests that misbehave cost themselves and nobody else (this run is meant to fail)"
part 1 "$examples/05_misbehaving"

say "4. Tests whose point is a limit: expected ends and budgets"
part 0 "$examples/07_limits"

say "5. Tests that each start a redis-server on port 6379, eight at a time"
part 0 "$examples/06_redis" --cloister_jobs=8

say "6. The same tests, at the same time, without cells: they collide"
collisions() { "$collide" "$examples/06_redis" | tail -n 25; }
part 0 collisions

if [ -n "$lacks" ]; then
  say "Cells are not whole on this host. Why, and what to do about it:"
  grep '  no  ' <<<"$doctor"
fi
