#!/usr/bin/env bash
# many_runs.sh COUNT PROGRAM EVERY: runs guest_limited COUNT times, every EVERYth one killed on its way, and
# requires that no cgroup and no process of theirs is left.
set -euo pipefail
count=$1 program=$2 every=$3
filter='Expected.EndAtTheMemoryCap:Expected.EndBy*:Unexpected.EndIsAnother:Impossible.*:Budget.OfMemoryIsKept'
filter+=':Meets.ItsTmp*:Meets.ItsProcess*:ThisCell.Knows*'
export CLOISTER_CONFIG=none CLOISTER_JOBS=4

groups() { find /sys/fs/cgroup -type d -name 'cloister-*' 2>/dev/null | sort; }
# Alive: a first process that does not reap leaves the zombies of builders, which hold nothing.
processes() { ps -eo stat=,comm= | grep -v '^Z' | grep -cE 'guest_limited|cell-builder|cell-init' || true; }
groups_before=$(groups) processes_before=$(processes)

for ((run = 1; run <= count; ++run)); do
  if ((run % every == 0)); then
    "$program" --gtest_filter="$filter" >/dev/null 2>&1 &
    sleep 0.0$((run % 7 + 1))
    kill -KILL $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    continue
  fi
  status=0
  "$program" --gtest_filter="$filter" >/dev/null 2>&1 || status=$?
  [ "$status" = 1 ] || { echo "run $run ended with status $status"; exit 1; }
done
# The builders of the killed runs clean up within a second; version 2's next run does the rest.
sleep 1
"$program" --gtest_filter=Budget.OfCpuIsKept >/dev/null

left=$(groups | grep -vxF -- "${groups_before:-none}" || true)
[ -z "$left" ] || { printf 'cgroups left after %s runs:\n%s\n' "$count" "$left"; exit 1; }
alive=$(processes)
[ "$alive" -le "$processes_before" ] || { printf '%s processes left after %s runs\n' "$((alive - processes_before))" "$count"; exit 1; }
echo "$count runs left nothing"
