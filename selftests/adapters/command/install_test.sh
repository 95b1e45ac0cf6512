#!/usr/bin/env bash
# install_test.sh SOURCE BUILD SCRATCH COMPILER FLAGS...
# The command installs with its man pages and its completion, from a build with everything and from one for people
# who never use GoogleTest, in which nothing of it is looked for.
set -euo pipefail
source=$1 build=$2 scratch=$3 compiler=$4
shift 4
rm -rf "$scratch"
mkdir -p "$scratch"

look() {
  local prefix=$1 page
  "$prefix/bin/cloister" --version | grep -qx 'cloister [0-9.]*'
  "$prefix/bin/cloister" exec -q -- true
  for page in cloister cloister-exec cloister-doctor; do
    # An unknown macro or a wrong option is a warning.
    [ -z "$(groff -man -ww -Tutf8 "$prefix/share/man/man1/$page.1" 2>&1 >/dev/null)" ]
    MANPATH=$prefix/share/man man "$page" | grep -q '^NAME'
  done
  [ -f "$prefix/share/bash-completion/completions/cloister" ]
}

cmake --install "$build" --prefix "$scratch/whole" >/dev/null
look "$scratch/whole"

cmake -S "$source" -B "$scratch/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCLOISTER_GOOGLETEST=OFF \
  -DCLOISTER_TESTS=OFF -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON "$@" >/dev/null
cmake --build "$scratch/build" >/dev/null
cmake --install "$scratch/build" --prefix "$scratch/without" >/dev/null
look "$scratch/without"
[ -z "$(find "$scratch/without" -name 'libcloister_gtest*')" ]
# The package does not look for it either.
config=$(find "$scratch/without" -name cloister-config.cmake)
[ "$(grep -B3 'find_dependency(GTest)' "$config" | head -1)" = 'if(OFF)' ]
