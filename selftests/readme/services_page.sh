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
# A program that is not linked, with its own cloister.toml.
mkdir "$scratch/cache" "$scratch/bus"
block "$page" cpp cache_test.cc >"$scratch/cache/cache_test.cc"
block "$page" toml cloister.toml >"$scratch/cache/cloister.toml"
"$compiler" -std=c++17 "$scratch/cache/cache_test.cc" -o cache_test -lgtest -lgtest_main -lpthread
cloister() { CLOISTER_CONFIG=$scratch/cache/cloister.toml "$scratch/prefix/bin/cloister" "$@"; }
export -f cloister
export scratch
export PATH=/usr/bin:/bin  # as one line shows it
check_console "$page" "$scratch/services"

# Each test has a bus of its own.
block "$page" toml >"$scratch/bus/cloister.toml"
cat >"$scratch/bus/bus_test.cc" <<'END'
#include <gtest/gtest.h>
#include <cstdlib>
class Bus : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Each, Bus, testing::Range(0, 10));
TEST_P(Bus, HasItsFirstClient) {
  EXPECT_EQ(std::system("dbus-send --session --print-reply --dest=org.freedesktop.DBus / "
                        "org.freedesktop.DBus.ListNames | grep -qx '      string \":1.0\"'"), 0);
}
END
"$compiler" -std=c++17 "$scratch/bus/bus_test.cc" -o bus_test -lgtest -lgtest_main -lpthread
CLOISTER_CONFIG=$scratch/bus/cloister.toml "$scratch/prefix/bin/cloister" run --jobs=4 ./bus_test

# The table of settings has the fields of the struct, and the table of conditions the functions.
header=$source/include/cloister/service.h
diff <(sed -n '/^struct ServiceConfig/,/^};/s/^  std::.* \([a-z_]*\)\( = .*\|{}\);$/\1/p; /^struct ServiceConfig/,/^};/s/^  \(int\|Ready\) \([a-z_]*\).*;$/\2/p' \
  "$header" | sort) <(sed -n '/^## Settings/,/^## /s/^| `\([a-z_]*\)` |.*/\1/p' "$page" | sort)
diff <(sed -n 's/^Ready \([a-z_]*\)(.*/\1/p' "$header" | sort -u) \
  <(sed -n '/^## When/,/^## /s/^| `\([a-z_]*\)(.*/\1/p' "$page" | sort -u)
