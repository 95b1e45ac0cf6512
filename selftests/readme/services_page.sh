#!/usr/bin/env bash
# services_page.sh SOURCE SCRATCH BUILD COMPILER SANITIZER
# docs/SERVICES.md is true: its project builds against an installed Cloister, its commands run, its lines come out.
set -euo pipefail
export CLOISTER_CONFIG=none
source=$1 scratch=$2 build=$3 compiler=$4 sanitizer=$5
page=$source/docs/SERVICES.md
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/readme/check_console.sh
. "$here/check_console.sh"

rm -rf "$scratch"
mkdir -p "$scratch/services"
cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
cd "$scratch/services"
block "$page" cpp services_test.cc >services_test.cc
block "$page" cmake CMakeLists.txt >CMakeLists.txt
cmake -S . -B build -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_STANDARD=20 -DCMAKE_PREFIX_PATH="$scratch/prefix" \
  ${sanitizer:+-DCMAKE_CXX_FLAGS=-fsanitize=$sanitizer} >/dev/null
cmake --build build >/dev/null
cd build
export PATH=/usr/bin:/bin  # as one line shows it
check_console "$page" "$scratch/services"

# The table of settings has the fields of the struct, and the table of conditions the functions.
header=$source/include/cloister/service.h
diff <(sed -n '/^struct ServiceConfig/,/^};/s/^  std::.* \([a-z_]*\)\( = .*\|{}\);$/\1/p; /^struct ServiceConfig/,/^};/s/^  \(int\|Ready\) \([a-z_]*\).*;$/\2/p' \
  "$header" | sort) <(sed -n '/^## Settings/,/^## /s/^| `\([a-z_]*\)` |.*/\1/p' "$page" | sort)
diff <(sed -n 's/^Ready \([a-z_]*\)(.*/\1/p' "$header" | sort -u) \
  <(sed -n '/^## When/,/^## /s/^| `\([a-z_]*\)(.*/\1/p' "$page" | sort -u)
