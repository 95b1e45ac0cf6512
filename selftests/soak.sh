#!/usr/bin/env bash
# soak.sh PROGRAM [COUNT]: runs COUNT (20,000) tests of guest_soaked and looks again and again at the processes that
# stand all the while: keeper, warden, builder. Prints what it saw, and fails unless the later half is flat, every
# test ended as it had to, and nothing is left.
set -euo pipefail
program=$1 count=${2:-20000}
export CLOISTER_CONFIG=none SOAKED_TESTS=$count
[ "$count" -ge 200 ] && [ $((count % 100)) = 0 ] || { echo "soak: COUNT must be 200, 300, 400 and so on" >&2; exit 2; }
# What may be more in the last quarter than in the third, by medians: pages that are touched late, and what the two
# cells that run at once happen to hold. The keeper has GoogleTest's result of every test, with the text of a failure.
kib_more=1024 keeper_kib_per_test=2 things_more=16

work=$(mktemp -d)
keeper=
clean_up() {
  [ -z "$keeper" ] || kill -KILL "$keeper" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

mkfifo "$work/out"
# Their results, and all that is printed of a test that fails and was not to.
# shellcheck disable=SC2016
awk -v unexpected="$work/unexpected" '
  /^\[ RUN / { said = ""; next }
  /^\[ +(OK|FAILED|SKIPPED) +\] .* ms\)$/ {
    print
    fflush()
    if (/FAILED/ && $0 !~ /[.](Fails|Crashes|Eats|Hangs)/) print said $0 >unexpected
    next
  }
  length(said) < 4000 && !/^a line of thirty-two/ { said = said $0 "\n" }' <"$work/out" >"$work/results" &
"$program" --gtest_color=no --cloister_jobs=2 --cloister_core_size=0 >"$work/out" 2>"$work/err" &
keeper=$!

# What is looked at may be gone by then.
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null || true; }
fds() { { find "/proc/$1/fd" -mindepth 1 2>/dev/null || true; } | wc -l; }
# Of a process and all below it.
family() {
  ps -eo pid=,ppid= | awk -v root="$1" '{ parent[$1] = $2 }
    END { for (pid in parent) { for (p = pid; p in parent && p != root;) p = parent[p]; n += p == root }; print n + 0 }'
}
groups() { { find /sys/fs/cgroup -type d -path "*/cloister-*-$builder-*" 2>/dev/null || true; } | wc -l; }
mounts() { { cat "/proc/$keeper/mountinfo" "/proc/$builder/mountinfo" 2>/dev/null || true; } | wc -l; }

# The builder is a child of the keeper; the warden is the oldest other process of the program's name.
builder='' warden=''
for ((i = 0; i < 500; ++i)); do
  builder=$(pgrep -P "$keeper" -x cell-builder || true)
  [ -z "$builder" ] || warden=$(pgrep -o -P "$keeper,$builder" "$(basename "$program" | cut -c 1-15)" || true)
  [ -z "$warden" ] || break
  sleep 0.01
done
[ -n "$warden" ] || { echo "soak: there is no warden" >&2; cat "$work/err" >&2; exit 1; }

pause=$(awk -v count="$count" 'BEGIN { print count < 2000 ? 0.05 : 1 }')
while kill -0 "$keeper" 2>/dev/null; do
  sample="$(wc -l <"$work/results") $(rss "$keeper") $(rss "$warden") $(rss "$builder")"
  sample+=" $(fds "$keeper") $(fds "$warden") $(fds "$builder") $(family "$keeper") $(groups) $(mounts)"
  # One that a process ended in the middle of is none.
  if [ "$(wc -w <<<"$sample")" = 10 ] && kill -0 "$warden" 2>/dev/null; then echo "$sample" >>"$work/samples"; fi
  sleep "$pause"
done
status=0
wait "$keeper" || status=$?
keeper=
wait

printf '%8s %28s  %20s  %9s %7s %6s\n' tests 'KiB: keeper  warden  builder' 'fds: keep ward build' processes cgroups mounts
awk 'NR == 1 || $1 >= next_shown { printf "%8d %12d %7d %8d  %9d %4d %5d  %9d %7d %6d\n", $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
  next_shown = $1 + step }' step=$((count / 20)) "$work/samples"

# expect WORDS COUNT: results of that kind.
failed=0
complain() {
  echo "soak: $1" >&2
  failed=1
}
expect() {
  local found
  found=$(grep -c "^\[ *$1 *\]" "$work/results" || true)
  [ "$found" = "$2" ] || complain "$found tests, not $2, ended with $1"
}
[ "$status" = 1 ] || complain "the run ended with status $status: $(tail -n 3 "$work/err")"
expect SKIPPED $((count / 20 * 2))
expect FAILED $((count / 20 * 3 + count / 100))
expect OK $((count / 20 * 15 - count / 100))
[ ! -s "$work/unexpected" ] || complain "these were not to fail:
$(head -c 4000 "$work/unexpected")"

flat() { # flat COLUMN NAME MORE: the median of the last quarter against that of the third
  awk -v column="$1" -v name="$2" -v more="$3" -v count="$count" '
    function median(list, n,   i, j, t) {
      for (i = 2; i <= n; ++i) for (j = i; j > 1 && list[j - 1] > list[j]; --j) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
      return list[int((n + 1) / 2)]
    }
    $1 >= count / 2 && $1 < count * 3 / 4 { third[++n3] = $column }
    $1 >= count * 3 / 4 && $1 < count { last[++n4] = $column }
    END {
      if (n3 < 1 || n4 < 1) { print "soak: too few samples of " name; exit 1 }
      a = median(third, n3); b = median(last, n4)
      if (b > a + more) { print "soak: " name " grew from " a " to " b " in the later half"; exit 1 }
    }' "$work/samples" >&2 || failed=1
}
flat 2 "the keeper's memory in KiB" $((kib_more + keeper_kib_per_test * count / 4))
flat 3 "the warden's memory in KiB" "$kib_more"
flat 4 "the builder's memory in KiB" "$kib_more"
flat 5 "the number of the keeper's descriptors" "$things_more"
flat 6 "the number of the warden's descriptors" "$things_more"
flat 7 "the number of the builder's descriptors" "$things_more"
flat 8 "the number of processes" "$things_more"
flat 9 "the number of cgroups" "$things_more"
flat 10 "the number of mounts" "$things_more"

for ((i = 0; i < 20; ++i)); do
  [ "$(groups)" != 0 ] || break
  sleep 0.1
done
[ "$(groups)" = 0 ] || complain "$(groups) cgroups are left"
for process in "$warden" "$builder"; do
  [ ! -e "/proc/$process/exe" ] || [ -z "$(readlink "/proc/$process/exe")" ] || complain "process $process is left"
done
[ "$failed" = 0 ] || exit 1
echo "$count tests, and nothing has grown or is left"
