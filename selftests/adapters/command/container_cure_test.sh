#!/usr/bin/env bash
# container_cure_test.sh SOURCE CLOISTER
# In a container with Docker's default guards, for an ordinary user, the doctor names the flags that take them away;
# with these taken away, there are cells.
set -euo pipefail
in_container=$1/selftests/lanes/in_container.sh cloister=$2

guarded=$("$in_container" "$cloister" -- doctor) && { echo 'the doctor finds nothing wrong in a guarded container'; exit 1; }
for option in seccomp=unconfined systempaths=unconfined unmask=ALL; do
  grep -q -- "^  .*--security-opt $option" <<<"$guarded" || { printf 'no word of %s:\n%s\n' "$option" "$guarded"; exit 1; }
done

export LANE_GUARDS=none
unguarded=$("$in_container" "$cloister" -- doctor) || true
grep -qx 'user namespace            yes' <<<"$unguarded" && grep -qx 'private /proc             yes' <<<"$unguarded" ||
  { printf 'still no cells:\n%s\n' "$unguarded"; exit 1; }
name=$("$in_container" "$cloister" -- exec -q --hostname abbey -- hostname)
[ "$name" = abbey ] || { echo "the command printed '$name'"; exit 1; }
