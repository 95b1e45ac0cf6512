#!/usr/bin/env bash
# seam.sh EMPTY_TESTS_PROGRAM [ROUNDS [REGISTERED...]]
# What one empty test costs in a program that registers REGISTERED of them (default 100, 1000 and 10000), of which 100
# run; beside what a fork of that program costs that looks at each suite once, as GoogleTest's loop does: the kernel's
# part and GoogleTest's, which grow with the program. Medians of ROUNDS rounds, all sizes in turn; the last column,
# Cloister's part and the cell's, is to be flat.
set -euo pipefail
program=$1 rounds=${2:-7}
sizes=("${@:3}")
[ "${#sizes[@]}" -gt 0 ] || sizes=(100 1000 10000)
results=$(mktemp)
trap 'rm -f "$results"' EXIT

# Microseconds for the tests of the first N suites, of 20 tests each.
run_suites() {
  local filter start
  filter=$(seq -f 'Suite%g.*' -s : 0 $(($1 - 1)))
  start=$(date +%s%N)
  "$program" --gtest_brief=1 --gtest_filter="$filter" >/dev/null 2>&1
  echo $((($(date +%s%N) - start) / 1000))
}

for ((round = 0; round < rounds; ++round)); do
  for size in "${sizes[@]}"; do
    export EMPTY_TESTS=$size
    most=$((size / 20 < 6 ? size / 20 : 6))
    forks=$(EMPTY_FORKS=100 "$program")
    echo "$size $(run_suites 1) $(run_suites "$most") $(((most - 1) * 20)) $forks" >>"$results"
  done
done

sort -n "$results" | awk '
  function median(list, count,   i, j, swap) {
    for (i = 1; i <= count; ++i) for (j = i + 1; j <= count; ++j) if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
    return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
  }
  function row() {
    if (!count) return
    own = median(rest, count)
    if (first == "") first = own
    printf "%10d %12.0f %12.0f %16.0f %10.2f\n", size, median(test, count), median(fork, count), own, own / first
    count = 0
  }
  BEGIN { printf "%10s %12s %12s %16s %10s\n", "registered", "us per test", "us per fork", "test less fork", "x first" }
  $1 != size { row(); size = $1 }
  { ++count; test[count] = ($3 - $2) / $4; fork[count] = $5; rest[count] = test[count] - fork[count] }
  END { row() }'
