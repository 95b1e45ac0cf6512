#!/bin/bash
# Shows what cells are for: runs the suite of BINARY without them, cut into shards that run at once.
# Every test wants port 6379, and one at a time can have it.
#
#   collide.sh BINARY [SHARDS]      (4 shards unless told)
#
# Exit status 0 when at least one shard failed because the port was taken, 1 when none did.
set -u

binary=$1
shards=${2:-4}
logs=$(mktemp -d)
pids=()

# Whatever ends this script ends the shards; a shard's servers end with it.
end_all() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  wait
  rm -rf "$logs"
}
trap end_all EXIT
trap 'exit 1' INT TERM

for ((i = 0; i < shards; ++i)); do
  GTEST_TOTAL_SHARDS=$shards GTEST_SHARD_INDEX=$i \
    "$binary" --cloister=off --gtest_color=no >"$logs/$i" 2>&1 &
  pids+=($!)
done

collided=0
for ((i = 0; i < shards; ++i)); do
  wait "${pids[i]}"
  status=$?
  refused=$(grep -c 'bind: Address already in use' "$logs/$i")
  echo "shard $i of $shards: exit status $status, the port was taken $refused times"
  ((status == 0 || refused == 0)) || collided=$((collided + 1))
done
pids=()

if ((collided == 0)); then
  echo "collide: no shard failed for want of the port; the last lines of each:"
  tail -n 5 "$logs"/*
  exit 1
fi
echo "collide: $collided of $shards shards failed; the first failure:"
grep -h -m 1 -B 12 -A 2 'bind: Address already in use' "$logs"/* | head -n 15
