#!/usr/bin/env bash
# readme_test.sh SOURCE SCRATCH BUILD COMPILER SANITIZER
# Builds the project that README.md shows against an installed Cloister, runs every "$ " line of its console
# blocks and requires every line of output shown there. Numbers that vary (times, peak memory) are masked.
set -euo pipefail
export CLOISTER_CONFIG=none  # whatever lies above the build tree
source=$1 scratch=$2 build=$3 compiler=$4 sanitizer=$5
readme=$source/README.md

rm -rf "$scratch"
mkdir -p "$scratch"

# block LANGUAGE NAME: the fenced block with that info string.
block() { awk -v head="\`\`\`$1${2:+ $2}" '$0 == head {on = 1; next} /^```$/ {on = 0} on' "$readme"; }
block cpp storage_test.cc >"$scratch/storage_test.cc"
block cmake CMakeLists.txt >"$scratch/CMakeLists.txt"

cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
cmake -S "$scratch" -B "$scratch/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_PREFIX_PATH="$scratch/prefix" ${sanitizer:+-DCMAKE_CXX_FLAGS=-fsanitize=$sanitizer} >/dev/null
cmake --build "$scratch/build" >/dev/null
cd "$scratch/build"

mask() {
  sed -E -e "s#$scratch/##g" -e 's/[0-9.]+ s, peak memory [0-9.]+ [A-Za-z]+/TIME, peak memory SIZE/' \
    -e 's/\(peak [0-9.]+ MiB\)/(peak SIZE)/' -e 's/memory: .* of file cache/memory: PARTS/' -e 's/\([0-9]+ ms\)/(TIME)/' -e 's/, core dumped//'
}
failed=0
commands=0

# The file of settings is read, with each of its profiles.
block toml cloister.toml >"$scratch/cloister.toml"
profiles=$(sed -n 's/^\[profile\.\([a-z]*\)\].*/\1/p' "$scratch/cloister.toml")
[ -n "$profiles" ] || { echo 'README.md shows no profile'; exit 1; }
for profile in $profiles; do
  env -u CLOISTER_CONFIG ./storage_test --cloister_explain --cloister_profile="$profile" >"$scratch/explained" || failed=1
  grep -xF "configuration: $scratch/cloister.toml (profile $profile)" "$scratch/explained" || failed=1
done
output=$scratch/output
while IFS= read -r line; do
  if [[ $line == '$ '* ]]; then
    commands=$((commands + 1))
    bash -c "${line#'$ '}" 2>&1 | mask >"$output" || true
  elif ! grep -qxF -- "$(mask <<<"$line")" "$output"; then
    # The one place where an ordinary user's run may differ: no memory cap without a delegated cgroup.
    if [[ $line == *'reached its memory cap'* || $line == *'of file cache' ]] && grep -q 'no memory cap.* on this host' "$output"; then continue; fi
    printf 'README.md shows a line that does not come out:\n  %s\nbut this does:\n' "$line"
    sed 's/^/  /' "$output"
    failed=1
  fi
done < <(block console)
[ "$commands" -gt 0 ] || { echo 'README.md has no commands to try'; exit 1; }

# The table of flags and --help name the same flags.
diff <(sed -n 's/^| `\(--cloister[a-z_]*\)` .*/\1/p' "$readme" | sort) \
  <(./storage_test --help | sed -n 's/^  \(--cloister[a-z_]*\) .*/\1/p' | sort) || failed=1

# The commands of the sh blocks are commands of ./dev that exist.
while read -r command name _; do
  [ "$command" = ./dev ] && "$source/dev" help | grep -q "^  $name " && continue
  echo "README.md shows '$command $name', which ./dev help does not"
  failed=1
done < <(block sh)
exit "$failed"
