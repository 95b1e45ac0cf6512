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

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/readme/check_console.sh
. "$here/check_console.sh"
block "$readme" cpp storage_test.cc >"$scratch/storage_test.cc"
block "$readme" cmake CMakeLists.txt >"$scratch/CMakeLists.txt"

cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
cmake -S "$scratch" -B "$scratch/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_PREFIX_PATH="$scratch/prefix" ${sanitizer:+-DCMAKE_CXX_FLAGS=-fsanitize=$sanitizer} >/dev/null
cmake --build "$scratch/build" >/dev/null
cd "$scratch/build"

export PATH="$scratch/prefix/bin:$PATH"  # the installed command
failed=0

# The file of settings is read, with each of its profiles.
block "$readme" toml cloister.toml >"$scratch/cloister.toml"
profiles=$(sed -n 's/^\[profile\.\([a-z]*\)\].*/\1/p' "$scratch/cloister.toml")
[ -n "$profiles" ] || { echo 'README.md shows no profile'; exit 1; }
for profile in $profiles; do
  env -u CLOISTER_CONFIG ./storage_test --cloister_explain --cloister_profile="$profile" >"$scratch/explained" || failed=1
  grep -xF "configuration: $scratch/cloister.toml (profile $profile)" "$scratch/explained" || failed=1
done
check_console "$readme" "$scratch" || failed=1

# The table of flags and --help name the same flags.
diff <(sed -n 's/^| `\(--cloister[a-z_]*\)` .*/\1/p' "$readme" | sort) \
  <(./storage_test --help | sed -n 's/^  \(--cloister[a-z_]*\) .*/\1/p' | sort) || failed=1

# The commands of the sh blocks are commands of ./dev that exist.
while read -r command name _; do
  [ "$command" = ./dev ] && "$source/dev" help | grep -q "^  $name " && continue
  echo "README.md shows '$command $name', which ./dev help does not"
  failed=1
done < <(block "$readme" sh)
exit "$failed"
