#!/usr/bin/env bash
# run.sh BUILD [TESTS [ROUNDS]]
# Measures whole runs of TESTS trivial tests, the candidates in turn, ROUNDS times, and prints the median of
# each and the median of its ratio to the kernel floor of the same round. Machines are noisy: only ratios count.
set -euo pipefail
build=$1 tests=${2:-1000} rounds=${3:-5}
trivial=$build/benchmarks/bench_trivial
floor=$build/benchmarks/bench_floor
export BENCH_TESTS=$tests

names=(floor-2 cells-2 floor-4 cells-4 plain)
run() {
  case $1 in
    floor-*) "$floor" "$tests" "${1#floor-}" ;;
    cells-*) "$trivial" --cloister_jobs="${1#cells-}" --gtest_brief=1 ;;
    plain) "$trivial" --cloister=off --gtest_brief=1 ;;
  esac
}

results=$(mktemp)
trap 'rm -f "$results"' EXIT
for ((round = 0; round < rounds; ++round)); do
  for name in "${names[@]}"; do
    start=$(date +%s%N)
    run "$name" >/dev/null 2>&1 || { echo "run.sh: $name failed"; run "$name"; exit 1; }
    echo "$round $name $(($(date +%s%N) - start))" >>"$results"
  done
done

awk -v tests="$tests" -v rounds="$rounds" '
  function median(list, count,   i, j, swap) {
    for (i = 1; i <= count; ++i) for (j = i + 1; j <= count; ++j) if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
    return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
  }
  { time[$1, $2] = $3; if (!($2 in seen)) { seen[$2] = 1; order[++names] = $2 } }
  END {
    printf "%-10s %12s %16s\n", "", "us per test", "x kernel floor"
    for (n = 1; n <= names; ++n) {
      name = order[n]; flight = name; sub(/.*-/, "", flight)
      for (r = 0; r < rounds; ++r) {
        own[r + 1] = time[r, name] / tests / 1000
        ratio[r + 1] = time[r, name] / time[r, (flight == 2 || flight == 4) ? "floor-" flight : "floor-2"]
      }
      printf "%-10s %12.0f %16.2f\n", name, median(own, rounds), median(ratio, rounds)
    }
  }' "$results"
