#!/usr/bin/env bash
# many_runs.sh COUNT PROGRAM: runs guest_limited COUNT times, every twentieth one killed on its way, and
# requires that no cgroup and no process of theirs is left.
set -euo pipefail
count=$1 program=$2
filter='Expected.EndAtTheMemoryCap:Expected.EndBy*:Unexpected.EndIsAnother:Impossible.*:Budget.OfMemory*'
filter+=':Meets.ItsTmp*:Meets.ItsProcess*:ThisCell.Knows*'
export CLOISTER_CONFIG=none CLOISTER_JOBS=4

groups() { find /sys/fs/cgroup -type d -name 'cloister-*' 2>/dev/null | sort; }
processes() { pgrep -c -f 'guest_limited|cell-builder|cell-init' || true; }
groups_before=$(groups) processes_before=$(processes)

for ((run = 1; run <= count; ++run)); do
  if ((run % 20 == 0)); then
    timeout -s KILL 0.03 "$program" --gtest_filter="$filter" >/dev/null 2>&1 || true
    continue
  fi
  status=0
  "$program" --gtest_filter="$filter" >/dev/null 2>&1 || status=$?
  [ "$status" = 1 ] || { echo "run $run ended with status $status"; exit 1; }
done
sleep 1 # for the builders of the killed runs

left=$(comm -13 <(echo "$groups_before") <(groups))
[ -z "$left" ] || { printf 'cgroups left after %s runs:\n%s\n' "$count" "$left"; exit 1; }
alive=$(processes)
[ "$alive" -le "$processes_before" ] || { printf '%s processes left after %s runs\n' "$((alive - processes_before))" "$count"; exit 1; }
echo "$count runs left nothing"
