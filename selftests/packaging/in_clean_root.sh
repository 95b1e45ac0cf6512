#!/bin/sh
# Run by debian.sh in a clean root: installs the packages in /files with what they depend on, and uses them as
# anybody would.
set -eu
cd /files
export DEBIAN_FRONTEND=noninteractive CLOISTER_CONFIG=none
fail() {
  echo "in a clean root: $1" >&2
  exit 1
}
quietly() {
  "$@" >/tmp/output 2>&1 || { cat /tmp/output >&2 && fail "'$*' failed"; }
}
quietly apt-get update
quietly apt-get install -y --no-install-recommends ./cloister_*.deb ./libcloister-dev_*.deb

quietly cloister --version
# It ends with 1 where a host gives no caps.
cloister doctor >/tmp/output 2>&1 || [ $? = 1 ] || { cat /tmp/output && fail "cloister doctor failed"; }
grep -q '^user namespace  *yes' /tmp/output || { cat /tmp/output && fail "cloister doctor finds no user namespaces"; }
quietly cloister exec -- true
[ "$(cloister exec -q --hostname abbey -- hostname)" = abbey ] || fail "cloister exec made no cell"

# The test in each program passes only in a cell.
passes() {
  quietly "$@"
  grep -q 'PASSED  . 1 test' /tmp/output || { cat /tmp/output && fail "'$*' did not pass its test"; }
}
quietly cmake -S outside_project -B built
quietly cmake --build built
passes built/with_our_main
passes built/with_own_main
quietly cloister run built/with_our_main

for static in '' --static; do
  # shellcheck disable=SC2046,SC2086
  quietly g++ outside_project/a_test.cc -o with_our_main $(pkg-config $static --cflags --libs cloister_gtest_main)
  # shellcheck disable=SC2046,SC2086
  quietly g++ outside_project/a_test.cc outside_project/own_main.cc -o with_own_main \
    $(pkg-config $static --cflags --libs cloister_gtest)
  passes ./with_our_main
  passes ./with_own_main
done
echo "the packages $(echo ./*.deb) are of use in a clean root"
