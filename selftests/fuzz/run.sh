#!/usr/bin/env bash
# run.sh BUILD SECONDS [TARGET...]: runs the fuzz targets of a build tree (all, or those named), two at a time and
# each for SECONDS, from corpus/. A line for each; fails when one finds something, and says how to see it again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) seconds=$2
shift 2
targets=("$@")
[ "$#" -gt 0 ] || targets=(frames reports config_file settings options kinds junit)
programs=$build/selftests/fuzz
found=$build/fuzz
mkdir -p "$found"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run_one TARGET: what new inputs it finds lie in a directory of its own, the corpus stays as it is.
run_one() {
  local target=$1 log=$found/$1.log status=0
  mkdir -p "$work/$target"
  "$programs/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/$target-" "$work/$target" "$here/corpus/$target" >"$log" 2>&1 || status=$?
  local executions coverage
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  if [ "$status" = 0 ]; then
    printf '%-12s %9s executions, coverage %s: nothing found\n' "$target" "$executions" "$coverage"
    return
  fi
  local artifact
  artifact=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  printf '%-12s FOUND SOMETHING: %s\n' "$target" \
    "$(grep -m 1 -E 'the oracle says|runtime error|ERROR: ' "$log" || echo "it ended with status $status")"
  printf '  again with: %s %s\n  all of it: %s\n' "$programs/fuzz_$target" "${artifact:-(no input was kept)}" "$log"
  return 1
}

for target in "${targets[@]}"; do
  [ -x "$programs/fuzz_$target" ] || { echo "fuzz: there is no target '$target' in $programs" >&2; exit 2; }
done
failed=0
for ((i = 0; i < ${#targets[@]}; i += 2)); do
  pids=()
  for target in "${targets[@]:i:2}"; do
    run_one "$target" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
done
exit "$failed"
