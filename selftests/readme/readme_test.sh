#!/usr/bin/env bash
# readme_test.sh SOURCE SCRATCH BUILD COMPILER SANITIZER
# Builds the projects that README.md and docs/TESTS.md show against an installed Cloister, runs every "$ " line of their
# console blocks and requires every line of output shown there. Numbers that vary (times, peak memory) are masked.
set -euo pipefail
export CLOISTER_CONFIG=none  # whatever lies above the build tree
source=$1 scratch=$2 build=$3 compiler=$4 sanitizer=$5
readme=$source/README.md

rm -rf "$scratch"
mkdir -p "$scratch"

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/readme/check_console.sh
. "$here/check_console.sh"
cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
export PATH="$scratch/prefix/bin:$PATH"  # the installed command

# build_project NAME DOCUMENT: its storage_test.cc, as README.md builds it. In its build tree afterwards.
build_project() {
  local project=$scratch/$1
  mkdir "$project"
  block "$2" cpp storage_test.cc >"$project/storage_test.cc"
  block "$readme" cmake CMakeLists.txt >"$project/CMakeLists.txt"
  cmake -S "$project" -B "$project/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_STANDARD=20 \
    -DCMAKE_PREFIX_PATH="$scratch/prefix" ${sanitizer:+-DCMAKE_CXX_FLAGS=-fsanitize=$sanitizer} >/dev/null
  cmake --build "$project/build" >/dev/null
  cd "$project/build"
}
failed=0

build_project readme "$readme"
check_console "$readme" "$scratch/readme" || failed=1
words=$(wc -w <"$readme")
[ "$words" -le 600 ] || { echo "README.md has $words words; two minutes are 600"; failed=1; }

build_project tests "$source/docs/TESTS.md"
check_console "$source/docs/TESTS.md" "$scratch/tests" || failed=1

# The file of settings is read, with each of its profiles.
settings=$source/docs/SETTINGS.md
file=$scratch/tests/cloister.toml
block "$settings" toml cloister.toml >"$file"
profiles=$(sed -n 's/^\[profile\.\([a-z]*\)\].*/\1/p' "$file")
[ -n "$profiles" ] || { echo 'SETTINGS.md shows no profile'; exit 1; }
for profile in $profiles; do
  env -u CLOISTER_CONFIG ./storage_test --cloister_explain --cloister_profile="$profile" >"$scratch/explained" || failed=1
  grep -xF "configuration: $file (profile $profile)" "$scratch/explained" || failed=1
done

# The table of flags and --help name the same flags.
diff <(sed -n 's/^| `\(--cloister[a-z_]*\)` .*/\1/p' "$settings" | sort) \
  <(./storage_test --help | sed -n 's/^  \(--cloister[a-z_]*\) .*/\1/p' | sort) || failed=1

# The commands of the sh blocks are commands of ./dev that exist. What they make is installed by packaging.debian.
while read -r command name _; do
  [ "$command" = ./dev ] && "$source/dev" help | grep -q "^  $name " && continue
  [ "$command $name" != 'sudo apt' ] || continue
  echo "README.md shows '$command $name', which ./dev help does not"
  failed=1
done < <(block "$readme" sh)
exit "$failed"
